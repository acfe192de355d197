package io.detour.server.dns;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.dns.DefaultDnsQuestion;
import io.netty.handler.codec.dns.DefaultDnsRawRecord;
import io.netty.handler.codec.dns.DnsRawRecord;
import io.netty.handler.codec.dns.DnsRecord;
import io.netty.handler.codec.dns.DnsResponse;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.handler.codec.dns.DnsSection;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** What a DNS server sends in place of the right response: nothing, one or several. */
@FunctionalInterface
public interface DnsFault {
  /**
   * Makes what is sent.
   *
   * @param edns whether the query has an OPT record
   * @param right makes the right response
   */
  List<DnsResponse> instead(boolean edns, Supplier<DnsResponse> right);

  /** No fault. */
  static DnsFault none() {
    return (_, right) -> List.of(right.get());
  }

  /** Nothing is answered. */
  static DnsFault silence() {
    return (_, _) -> List.of();
  }

  /** Every second query is lost, the first one too. */
  static DnsFault loss() {
    AtomicInteger queries = new AtomicInteger();
    return (_, right) -> queries.getAndIncrement() % 2 == 0 ? List.of() : List.of(right.get());
  }

  /** Everything is refused with a code. */
  static DnsFault refusal(DnsResponseCode code) {
    return (_, right) -> List.of(refused(right.get(), code));
  }

  /** Queries with an OPT record are refused with a code. */
  static DnsFault ednsRefused(DnsResponseCode code, boolean withQuestion) {
    return (edns, right) -> {
      DnsResponse response = right.get();
      if (edns) {
        refused(response, code);
        if (!withQuestion) {
          response.clear(DnsSection.QUESTION);
        }
      }
      return List.of(response);
    };
  }

  /** Queries with an OPT record are lost. */
  static DnsFault ednsLost() {
    return (edns, right) -> edns ? List.of() : List.of(right.get());
  }

  /** Responses have the number of another query. */
  static DnsFault wrongId() {
    return (_, right) -> List.of(otherId(right.get()));
  }

  /** A refusal with the number of another query comes before the right response. */
  static DnsFault wrongIdFirst() {
    return (_, right) ->
        List.of(otherId(refused(right.get(), DnsResponseCode.REFUSED)), right.get());
  }

  /** Names come back in capital letters, as RFC 4343 allows. */
  static DnsFault capitals() {
    return (_, right) -> {
      DnsResponse response = right.get();
      DnsRecord asked = response.recordAt(DnsSection.QUESTION);
      String name = asked.name().toUpperCase(Locale.ROOT);
      response.setRecord(DnsSection.QUESTION, new DefaultDnsQuestion(name, asked.type()));
      List<DnsRecord> answers = new ArrayList<>();
      for (int i = 0; i < response.count(DnsSection.ANSWER); i++) {
        DnsRawRecord answer = response.recordAt(DnsSection.ANSWER, i);
        ByteBuf content = Unpooled.copiedBuffer(answer.content());
        String owner = answer.name().toUpperCase(Locale.ROOT);
        answers.add(new DefaultDnsRawRecord(owner, answer.type(), answer.timeToLive(), content));
      }
      response.clear(DnsSection.ANSWER);
      answers.forEach(answer -> response.addRecord(DnsSection.ANSWER, answer));
      return List.of(response);
    };
  }

  private static DnsResponse refused(DnsResponse response, DnsResponseCode code) {
    return response.clear(DnsSection.ANSWER).clear(DnsSection.AUTHORITY).setCode(code);
  }

  private static DnsResponse otherId(DnsResponse response) {
    return response.setId(response.id() ^ 1);
  }
}
