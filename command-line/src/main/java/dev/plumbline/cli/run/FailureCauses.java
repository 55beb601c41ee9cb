package dev.plumbline.cli.run;

import dev.plumbline.contract.event.FailureKind;
import dev.plumbline.contract.event.Outcome;
import dev.plumbline.judgement.result.RunTotals.Cause;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Failed requests by kind, with the words that most of them came with. Of a kind at most {@value #MOST_WORDS} texts are told
 * apart; later ones are counted without theirs. One thread.
 */
final class FailureCauses {

    static final int MOST_WORDS = 8;

    private final Map<FailureKind, Tally> tallies = new EnumMap<>(FailureKind.class);

    private static final class Tally {
        private final Map<String, Long> words = new HashMap<>();
        private long count;
    }

    void add(Outcome.Failed failed) {
        Tally tally = tallies.computeIfAbsent(failed.kind(), kind -> new Tally());
        tally.count++;
        words(failed)
                .filter(text -> tally.words.size() < MOST_WORDS || tally.words.containsKey(text))
                .ifPresent(text -> tally.words.merge(text, 1L, Long::sum));
    }

    private static Optional<String> words(Outcome.Failed failed) {
        return failed.detail()
                .filter(text -> !text.isBlank())
                .or(() -> failed.httpStatus().stream()
                        .mapToObj(status -> "status " + status)
                        .findFirst());
    }

    /** Most frequent kind first. */
    List<Cause> causes() {
        return tallies.entrySet().stream()
                .map(entry -> new Cause(
                        entry.getKey(),
                        entry.getValue().count,
                        entry.getValue().words.entrySet().stream()
                                .max(Map.Entry.<String, Long>comparingByValue()
                                        .thenComparing(Map.Entry.comparingByKey()))
                                .map(Map.Entry::getKey)))
                .sorted(Comparator.comparingLong(Cause::count).reversed())
                .toList();
    }
}
