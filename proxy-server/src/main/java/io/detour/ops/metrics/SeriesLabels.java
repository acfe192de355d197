package io.detour.ops.metrics;

import io.prometheus.metrics.model.snapshots.Labels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The labels of a family's series, kept from one scrape to the next: to make and to sort them costs
 * more than all the rest when there are many rules. Series that come in another order than at the
 * last scrape, or are others, are labelled anew. Any thread.
 */
final class SeriesLabels {
  private final List<String> names;
  private volatile Known known = new Known(List.of(), new int[0]);

  /**
   * What the last scrape had.
   *
   * @param labels in the order in which the series came
   * @param places where each stands among the sorted ones, as a snapshot has them
   */
  @SuppressWarnings("ArrayRecordComponent") // never written, never compared
  private record Known(List<Labels> labels, int[] places) {}

  /**
   * @param names of the labels, in the order in which their values are given
   */
  SeriesLabels(List<String> names) {
    this.names = names;
  }

  /** Values on their way to a snapshot, in any order. For one scrape, on one thread. */
  final class Scrape {
    private final Known before = known;
    private final List<Labels> labels = new ArrayList<>(before.labels.size());
    private final List<Long> values = new ArrayList<>(before.labels.size());
    private boolean same = true;

    void add(long value, String[] texts) {
      int index = labels.size();
      Labels last = index < before.labels.size() ? before.labels.get(index) : null;
      boolean kept = last != null && has(last, texts);
      same &= kept;
      labels.add(kept ? last : Labels.of(names, List.of(texts)));
      values.add(value);
    }

    /** Hands on all series, sorted by their labels. */
    <P> List<P> points(Point<P> point) {
      int count = labels.size();
      int[] places = before.places;
      if (!same || count != before.labels.size()) {
        places = places();
        known = new Known(List.copyOf(labels), places);
      }
      @Nullable Object[] points = new Object[count];
      for (int i = 0; i < count; i++) {
        points[places[i]] = point.of(values.get(i), labels.get(i));
      }
      @SuppressWarnings("unchecked") // nothing else is in it
      List<P> all = (List<P>) Arrays.asList(points);
      return all;
    }

    private int[] places() {
      int[] places = new int[labels.size()];
      int[] sorted =
          IntStream.range(0, labels.size())
              .boxed()
              .sorted((a, b) -> labels.get(a).compareTo(labels.get(b)))
              .mapToInt(Integer::intValue)
              .toArray();
      for (int place = 0; place < sorted.length; place++) {
        places[sorted[place]] = place;
      }
      return places;
    }
  }

  /** Makes what a snapshot has for a series. */
  interface Point<P> {
    P of(long value, Labels labels);
  }

  /** Begins a scrape. */
  Scrape scrape() {
    return new Scrape();
  }

  /** Labels are sorted by their names, and there are few. */
  private boolean has(Labels labels, String[] texts) {
    for (int i = 0; i < texts.length; i++) {
      if (!texts[i].equals(labels.get(names.get(i)))) {
        return false;
      }
    }
    return true;
  }
}
