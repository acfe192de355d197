# The tables of bench/compare: all_figures and ratios. Input: one object for each measurement, {work, name, cpu_ms} and what
# load prints; $works are the names of the works in order.

def median: sort | .[length / 2 | floor];
def digits($n): . * pow(10; $n) | round / pow(10; $n) | tostring;

# One object of medians for each work and proxy.
def figures:
  group_by(.work, .name) | map({
    work: .[0].work, name: .[0].name, streams: (.[0].operations == 0), failures: (map(.failures) | add),
    bytes: (map(.bytes) | add), operations: (map(.operations) | add)
  } + (if .[0].operations == 0
    then {rate: (map(.bytes / .seconds / 1e6) | median), cpu: (map(.cpu_ms / ([.bytes / 1e6, 1e-6] | max)) | median)}
    else {rate: (map(.operations / .seconds) | median),
      cpu: (map(.cpu_ms * 1000 / ([.operations, 1] | max)) | median),
      p50: (map(.p50_us // 0) | median), p99: (map(.p99_us // 0) | median), p999: (map(.p999_us // 0) | median)} end))
  | sort_by(.work as $work | $works | index($work));

def is_detour: .name | startswith("detour");

def cpu($n; $unit): if .name == "direct" then "" else (.cpu | digits($n)) + $unit end;

def all_figures:
  "| work | proxy | rate | CPU | p50 µs | p99 µs | p99.9 µs | failures |",
  "|---|---|---|---|---|---|---|---|",
  (figures[] | "| \(.work) | \(.name) | " +
    (if .streams then "\(.rate | digits(0)) MB/s | \(cpu(3; " s/GB")) | | | |"
     else "\(.rate | digits(0)) /s | \(cpu(1; " µs each")) | \(.p50 | digits(0)) | \(.p99 | digits(0)) | \(.p999 | digits(0)) |" end)
    + " \(.failures) |");

# What a work is judged by: the key, what it is called, its digits, whether more is better.
def judged: if .streams then [["rate", "MB/s", 0, true], ["cpu", "CPU-s/GB", 3, false]]
  else [["rate", "a second", 0, true], ["cpu", "CPU-µs each", 1, false], ["p50", "p50 µs", 0, false], ["p99", "p99 µs", 0, false],
    ["p999", "p99.9 µs", 0, false]] end;

def ratio($mine; $theirs): if ($theirs // 0) == 0 then "" else $mine / $theirs | digits(2) end;

# The best peer is the one with the best figure of those that had no failures.
def ratios:
  "| work | figure | build | Detour | best peer | its figure | ratio | ratio to haproxy-splice |",
  "|---|---|---|---|---|---|---|---|",
  (figures | group_by(.work) | sort_by(.[0].work as $work | $works | index($work)) | .[] |
    map(select((is_detour | not) and .name != "direct")) as $peers |
    .[] | select(is_detour) | . as $own | judged[] as [$key, $title, $digits, $more] |
    ($peers | map(select(.failures == 0)) | if $more then max_by(.[$key]) else min_by(.[$key]) end) as $best |
    ($peers | map(select(.name == "haproxy-splice")) | .[0]) as $splice |
    "| \($own.work) | \($title) | \($own.name) | \($own[$key] | digits($digits)) | \($best.name // "none") | " +
    "\(if $best then $best[$key] | digits($digits) else "" end) | \(ratio($own[$key]; $best[$key])) | \(ratio($own[$key]; $splice[$key])) |");
