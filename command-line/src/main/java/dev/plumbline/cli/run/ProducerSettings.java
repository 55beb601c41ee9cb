package dev.plumbline.cli.run;

import dev.plumbline.protocol.Nearest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Which settings the load producer takes, and of what kind each is, so that one of {@code --set} that is none is refused before
 * anything is started. What depends on others, and ranges, the producer alone knows: it refuses before the load.
 *
 * <p>Values are never repeated: they may be secrets.
 */
final class ProducerSettings {

    private static final String OURS = "plumbline.";
    private static final String ANY = ".*";
    private static final Map<String, String> KINDS = read();
    private static final Pattern WHOLE = Pattern.compile("-?\\d{1,19}");
    private static final Pattern NUMBER = Pattern.compile("-?(\\d+\\.?\\d*|\\.\\d+)([eE][-+]?\\d+)?");
    private static final Pattern DURATION =
            Pattern.compile("\\d+(ms)?|(\\d+(\\.\\d+)?[dhms])+|[-+]?P[\\dDTHMS.+-]+", Pattern.CASE_INSENSITIVE);

    private ProducerSettings() {}

    private static Map<String, String> read() {
        try (InputStream list = ProducerSettings.class.getResourceAsStream("producer-settings.txt")) {
            if (list == null) {
                throw new IllegalStateException("the list of the producer's settings is not there");
            }
            Map<String, String> kinds = new LinkedHashMap<>();
            new String(list.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .forEach(line ->
                            kinds.put(line.substring(0, line.indexOf(' ')), line.substring(line.indexOf(' ') + 1)));
            return kinds;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * @param given of {@code --set}
     * @throws RunPlan.Wrong for the first that the producer does not take
     */
    static void check(Map<String, String> given) {
        given.forEach((key, value) -> problem(key, value).ifPresent(problem -> {
            throw new RunPlan.Wrong("--set", key + ' ' + problem);
        }));
    }

    private static Optional<String> problem(String key, String value) {
        if (!key.startsWith(OURS)) {
            return Optional.empty();
        }
        Optional<String> kind = kind(key);
        if (kind.isEmpty()) {
            // What all begin with makes nothing alike.
            List<String> names = KINDS.keySet().stream()
                    .map(one -> one.substring(OURS.length()))
                    .toList();
            return Optional.of("is no setting of the load producer"
                    + Nearest.of(key.substring(OURS.length()), names)
                            .map(near -> "; did you mean " + OURS + near + "?")
                            .orElse(": docs/apps.md lists them"));
        }
        return takes(kind.get(), value.strip())
                ? Optional.empty()
                : Optional.of("has a value that it does not take: expected " + words(kind.get()));
    }

    /** Empty where there is no such setting. */
    private static Optional<String> kind(String key) {
        String plain = key.replaceFirst("\\[\\d+]$", "");
        String exact = KINDS.get(plain);
        if (exact != null && (plain.equals(key) || exact.equals("list"))) {
            return Optional.of(exact);
        }
        return KINDS.entrySet().stream()
                .filter(one -> one.getKey().endsWith(ANY)
                        && key.startsWith(one.getKey().substring(0, one.getKey().length() - 1))
                        && key.length() >= one.getKey().length())
                .map(Map.Entry::getValue)
                .findFirst();
    }

    private static boolean takes(String kind, String value) {
        return switch (kind) {
            case "text", "list" -> true;
            case "whole" -> WHOLE.matcher(value).matches();
            case "number" -> NUMBER.matcher(value).matches();
            case "duration" -> DURATION.matcher(value).matches();
            default ->
                List.of(kind.split("\\|")).stream().anyMatch(one -> one.equalsIgnoreCase(value.replace('-', '_')));
        };
    }

    private static String words(String kind) {
        return switch (kind) {
            case "whole" -> "a whole number";
            case "number" -> "a number such as 0.5";
            case "duration" -> "a duration such as 500ms, 30s or 2m";
            default -> kind.toLowerCase(Locale.ROOT).replace("|", ", ").replaceFirst(", (?=[^,]*$)", " or ");
        };
    }
}
