package dev.plumbline.cli.run;

import dev.plumbline.cli.time.DurationConverter;
import dev.plumbline.workload.Length;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The value of an option as a record may hold it. It has no other text: what was typed does not come out of it again.
 *
 * <p>Numbers, spans, switches and choices are shown as they are. Whatever is text is hidden unless {@link #FORMS} says how it
 * may be seen; so an option that is added later is hidden until somebody has thought about it.
 */
final class RecordedValue {

    /** Stands where something was that may be a secret. */
    static final String HIDDEN = "<hidden>";

    /** How a text may be seen. */
    private enum Form {
        /** Made to be told, or a name of a thing that holds a secret, not the secret. */
        OPEN,
        /** A URL: scheme, host, port and path; its user and its query may be secrets. */
        ADDRESS,
        /** {@code Name: value}: the name only. */
        HEADER,
        /** {@code name=value} of an API: all but the body, in which a person may have put anything. */
        DESCRIPTION,
        /** {@code key=value} of which the key may be seen only. */
        NAME,
        /** {@code key=value} of the load producer: the key, and the value where keys of its kind hold numbers only. */
        SETTING
    }

    private static final Map<String, Form> FORMS = forms();

    /** Groups of the producer's settings in which nothing is a secret: numbers, and how a workload is called. */
    private static final List<String> OPEN_GROUPS = List.of(
            "plumbline.breaker.",
            "plumbline.emit.",
            "plumbline.limits.",
            "plumbline.load.",
            "plumbline.retry.",
            "plumbline.self-check.",
            "plumbline.selfwarmup.",
            "plumbline.timeouts.",
            "plumbline.workload.");

    private static final String PROMPTS = "plumbline.workload.prompts";

    private final String text;

    private RecordedValue(String text) {
        this.text = text;
    }

    private static Map<String, Form> forms() {
        Map<String, Form> forms = new HashMap<>();
        Stream.of(
                        "api-key-env",
                        "api-key-file",
                        "api-key-header",
                        "artifact-dir",
                        "baseline",
                        "begin-at",
                        "breaker",
                        "budget",
                        "ca-file",
                        "dataset",
                        "dataset-format",
                        "canary-model",
                        "concurrency-shape",
                        "condition",
                        "goodput",
                        "kafka",
                        "kafka-config",
                        "metadata",
                        "mix",
                        "model",
                        "prompt-column",
                        "prompt-file",
                        "scenario",
                        "shape",
                        "share",
                        "smoke-expect",
                        "state",
                        "stop",
                        "target-name",
                        "tenant",
                        "tokenizer",
                        "trace",
                        "trace-class",
                        "trace-name",
                        "variant",
                        "vary",
                        "workload")
                .forEach(name -> forms.put(name, Form.OPEN));
        Stream.of("url", "canary-url", "metrics-url", "proxy").forEach(name -> forms.put(name, Form.ADDRESS));
        forms.put("header", Form.HEADER);
        forms.put("canary-header", Form.HEADER);
        forms.put("generic", Form.DESCRIPTION);
        forms.put("extra-body", Form.NAME);
        forms.put("set", Form.SETTING);
        return Map.copyOf(forms);
    }

    /** Whether what is typed for an option may be a secret, so that no message repeats it. */
    static boolean mayBeSecret(OptionSpec option) {
        return FORMS.get(ScenarioFlags.key(option)) != Form.OPEN && !isPlain(option.type());
    }

    private static boolean isPlain(Class<?> type) {
        return type.isPrimitive()
                || Number.class.isAssignableFrom(type)
                || type.isEnum()
                || type == Boolean.class
                || type == Duration.class
                || type == Length.class
                || type == Span.class;
    }

    /** Of something that is no option's and no secret. */
    static RecordedValue ofFact(String fact) {
        return new RecordedValue(Objects.requireNonNull(fact, "fact"));
    }

    /** Empty where nothing was given and there is no default, and for a switch that is off. */
    static Optional<RecordedValue> of(OptionSpec option) {
        Form form = FORMS.get(ScenarioFlags.key(option));
        Object value = option.getValue();
        return switch (value) {
            case null -> Optional.empty();
            case Boolean flag when !flag -> Optional.empty();
            case Map<?, ?> map when map.isEmpty() -> Optional.empty();
            case Collection<?> list when list.isEmpty() -> Optional.empty();
            case Map<?, ?> map ->
                shown(map.entrySet().stream().map(entry -> text(form, entry.getKey() + "=" + entry.getValue())));
            case Collection<?> list -> shown(list.stream().map(one -> text(form, String.valueOf(one))));
            case Duration duration -> shown(Stream.of(DurationConverter.format(duration)));
            case Span span ->
                shown(Stream.of(span.limit().map(DurationConverter::format).orElse("forever")));
            default -> shown(Stream.of(isPlain(value.getClass()) ? value.toString() : text(form, value.toString())));
        };
    }

    private static Optional<RecordedValue> shown(Stream<String> texts) {
        return Optional.of(new RecordedValue(texts.collect(Collectors.joining(", "))));
    }

    private static String text(@org.jspecify.annotations.Nullable Form form, String typed) {
        return switch (form) {
            case null -> HIDDEN;
            case OPEN -> typed;
            case ADDRESS -> address(typed);
            case DESCRIPTION -> typed.startsWith("body=") ? "body=" + HIDDEN : typed;
            case HEADER -> typed.replaceFirst("(?s):.*", "");
            case NAME -> typed.replaceFirst("(?s)=.*", "") + "=" + HIDDEN;
            case SETTING -> setting(typed);
        };
    }

    private static String setting(String typed) {
        int equals = typed.indexOf('=');
        if (equals < 0) {
            return HIDDEN;
        }
        return OPEN_GROUPS.stream().anyMatch(typed::startsWith) && !typed.startsWith(PROMPTS)
                ? typed
                : typed.substring(0, equals + 1) + HIDDEN;
    }

    /** By hand, because what cannot be read as a URL must not be shown either. */
    private static String address(String typed) {
        String text = typed.strip();
        int from = text.contains("://") ? text.indexOf("://") + 3 : 0;
        int slash = text.indexOf('/', from);
        int question = text.indexOf('?', from);
        int authorityEnd = slash < 0 ? text.length() : slash;
        int at = text.lastIndexOf('@');
        if (at > authorityEnd || (question >= 0 && question < at)) {
            // An @ that is not where a user ends: whether a password stands before it cannot be told.
            return HIDDEN;
        }
        String where = text.substring(0, from) + text.substring(at < 0 ? from : at + 1);
        int end = where.indexOf('?') < 0 ? where.indexOf('#') : where.indexOf('?');
        return end < 0 ? where : where.substring(0, end) + "?" + HIDDEN;
    }

    /** What may be seen. */
    String text() {
        return text;
    }

    @Override
    public String toString() {
        return text;
    }
}
