package dev.plumbline.producer.recorder;

import dev.plumbline.contract.event.Choices;
import dev.plumbline.protocol.Usage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What has come of each answer to one request; most have one. Several are told apart by their index. They are complete when all that
 * came are finished, and as many as were asked for.
 *
 * <p>One thread.
 */
final class Answers {

    /** What has come of one. */
    private static final class One {
        private OptionalLong firstNanos = OptionalLong.empty();
        private long lastNanos;
        private boolean isFinished;
        private Usage timed = Usage.NOTHING;
        private final StringBuilder text = new StringBuilder(0);
    }

    private final List<One> all;
    private int characters;

    /** @param asked how many, 1 or more */
    Answers(int asked) {
        all = new ArrayList<>(asked);
        of(asked - 1);
    }

    private One of(int choice) {
        while (all.size() <= choice) {
            all.add(new One());
        }
        return all.get(choice);
    }

    /** Content of one came that streams; how long after the content before it, empty where it is the first. */
    OptionalLong content(int choice, long atNanos) {
        One one = of(choice);
        OptionalLong gap = OptionalLong.empty();
        if (one.firstNanos.isPresent()) {
            gap = OptionalLong.of(atNanos - one.lastNanos);
        } else {
            one.firstNanos = OptionalLong.of(atNanos);
        }
        one.lastNanos = atNanos;
        return gap;
    }

    /** The server said why one ended. */
    void finished(int choice) {
        of(choice).isFinished = true;
    }

    /** Keeps a text that came of one. */
    void text(int choice, String more) {
        of(choice).text.append(more);
        characters += more.length();
    }

    /** The server counted the tokens of one by itself. */
    void timed(int choice, Usage tokens) {
        One one = of(choice);
        one.timed = tokens.fallingBackTo(one.timed);
    }

    /** Whether nothing more is to come. */
    boolean areComplete() {
        return all.stream().allMatch(one -> one.isFinished);
    }

    /** For people: how many of how many are finished; empty where there is one. */
    Optional<String> finishedOf() {
        return all.size() == 1
                ? Optional.empty()
                : Optional.of(all.stream().filter(one -> one.isFinished).count() + " of " + all.size());
    }

    /** Of a request with several. */
    Optional<Choices> choices() {
        return all.size() == 1
                ? Optional.empty()
                : Optional.of(new Choices(
                        all.size(),
                        all.stream()
                                .filter(one -> one.firstNanos.isPresent())
                                .mapToLong(one -> one.lastNanos - one.firstNanos.getAsLong())
                                .sum()));
    }

    /** Characters that are kept of all. */
    int characters() {
        return characters;
    }

    /** The text of one that is kept. */
    String text(int choice) {
        return of(choice).text.toString();
    }

    /** The texts of all that are kept. */
    List<String> texts() {
        return all.stream().map(one -> one.text.toString()).toList();
    }

    /** What the server counted of them one by one; of several only their output is added up, and only where each was counted. */
    Usage timed() {
        if (all.size() == 1) {
            return all.getFirst().timed;
        }
        return all.stream().allMatch(one -> one.timed.output().isPresent())
                ? new Usage(
                        OptionalLong.empty(),
                        OptionalLong.of(all.stream()
                                .mapToLong(one -> one.timed.output().getAsLong())
                                .sum()),
                        OptionalLong.empty(),
                        OptionalLong.empty())
                : Usage.NOTHING;
    }
}
