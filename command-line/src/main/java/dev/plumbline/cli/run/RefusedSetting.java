package dev.plumbline.cli.run;

import dev.plumbline.cli.outcome.CommandFailure;
import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/**
 * A setting of {@code --set} that the producer does not take, as wrong usage that names it. Which settings there are only the
 * producer knows; it is asked before the load, and answers with the key in its words. The value is not repeated: it may be a
 * secret.
 */
final class RefusedSetting {

    private static final String OWN_WORDS = "the producer: ";

    private RefusedSetting() {}

    /**
     * @param words the producer's last ones
     * @param given keys of {@code --set}
     * @return empty where they name none of these
     */
    static Optional<CommandFailure> of(String words, Collection<String> given) {
        return given.stream()
                .filter(words::contains)
                .max(Comparator.comparingInt(String::length))
                .map(key -> CommandFailure.usage("--set " + key + " " + problem(words, key)));
    }

    private static String problem(String words, String key) {
        String own = OWN_WORDS + key;
        if (words.startsWith(own)) {
            return words.substring(own.length()).strip();
        }
        return words.contains("does not map to")
                ? "is no setting of the load producer: docs/apps.md lists them"
                : "has a value that the load producer does not take: docs/apps.md says what it may be";
    }
}
