package dev.plumbline.workload;

import dev.plumbline.protocol.Nearest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** What stands below one name of a workload file, field by field; whatever is wrong is told with file, line and name. */
final class StatedFields {

    private final String file;
    private final String path;
    private final Stated.Fields fields;

    /** @param path of names, joined by points; empty for the file itself */
    StatedFields(String file, String path, Stated.Fields fields) {
        this.file = file;
        this.path = path;
        this.fields = fields;
    }

    /** The same, which has no fields but these. */
    StatedFields only(String... allowed) {
        fields.values().forEach((name, value) -> {
            if (!List.of(allowed).contains(name)) {
                throw wrong(
                        value.line(),
                        whole(name) + " is no field of a workload: "
                                + (Nearest.of(name, List.of(allowed))
                                        .map(near -> "did you mean " + near + "? ")
                                        .orElse(""))
                                + "Here may stand " + String.join(", ", allowed));
            }
        });
        return this;
    }

    boolean has(String name) {
        return fields.values().containsKey(name);
    }

    /** Where a field that is there stands: file, line and name. */
    String place(String name) {
        Stated stated = fields.values().get(name);
        return file + ":" + (stated == null ? fields.line() : stated.line()) + ": " + whole(name);
    }

    /** Where something is missing. */
    UnusableWorkload missing(String name, String example) {
        return wrong(
                fields.line(),
                (path.isEmpty() ? "the workload" : path) + " has no " + name + ": add for example " + name + ": "
                        + example);
    }

    UnusableWorkload wrong(String problem) {
        return wrong(fields.line(), (path.isEmpty() ? "" : path + ": ") + problem);
    }

    private UnusableWorkload wrong(int line, String problem) {
        return new UnusableWorkload(file + ":" + line + ": " + problem);
    }

    private String whole(String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    /** A value that a grammar reads. */
    <T> Optional<T> read(String name, Function<String, T> grammar) {
        Stated stated = fields.values().get(name);
        return switch (stated) {
            case null -> Optional.empty();
            case Stated.Fields below ->
                throw wrong(below.line(), whole(name) + " is one value, and there are fields below it");
            case Stated.Text text -> {
                try {
                    yield Optional.of(grammar.apply(text.text()));
                } catch (IllegalArgumentException e) {
                    throw wrong(text.line(), whole(name) + ": " + e.getMessage());
                }
            }
        };
    }

    Optional<Length> length(String name) {
        return read(name, Length::parse);
    }

    Optional<Pause> pause(String name) {
        return read(name, Pause::parse);
    }

    /** A number from the least to the most. */
    Optional<Double> number(String name, double least, double most) {
        return read(name, text -> {
            double number = ShapeGrammar.decimal(text.strip());
            if (number < least || number > most) {
                throw new IllegalArgumentException(
                        "it is " + text + ", allowed is " + plain(least) + " to " + plain(most));
            }
            return number;
        });
    }

    /** A whole number from 1. */
    Optional<Integer> count(String name, int most) {
        return read(name, text -> {
            String written = text.strip();
            if (!written.matches("[0-9]{1,9}") || Integer.parseInt(written) < 1 || Integer.parseInt(written) > most) {
                throw new IllegalArgumentException("it is " + text + ", allowed is a whole number from 1 to " + most);
            }
            return Integer.parseInt(written);
        });
    }

    /** A share, {@code 40%} or {@code 0.4}. */
    Optional<Double> share(String name) {
        return read(name, text -> {
            String written = text.strip();
            double share = written.endsWith("%")
                    ? ShapeGrammar.decimal(
                                    written.substring(0, written.length() - 1).strip())
                            / 100
                    : ShapeGrammar.decimal(written);
            if (share > 1) {
                throw new IllegalArgumentException("it is " + text + ", allowed is a share such as 40% or 0.4");
            }
            return share;
        });
    }

    Optional<Boolean> flag(String name) {
        return read(name, text -> switch (text.strip()) {
            case "true", "yes", "on" -> true;
            case "false", "no", "off" -> false;
            default -> throw new IllegalArgumentException("it is " + text + ", allowed is true or false");
        });
    }

    /** What stands below a name. */
    Optional<StatedFields> below(String name) {
        Stated stated = fields.values().get(name);
        return switch (stated) {
            case null -> Optional.empty();
            case Stated.Fields below -> Optional.of(new StatedFields(file, whole(name), below));
            case Stated.Text text ->
                throw wrong(text.line(), whole(name) + " has fields below it, and here is a single value");
        };
    }

    /** All that stands here, by name: each of them has fields below it. */
    Map<String, StatedFields> all() {
        Map<String, StatedFields> all = new LinkedHashMap<>();
        fields.values().keySet().forEach(name -> all.put(name, below(name).orElseThrow()));
        return all;
    }

    /** All that stands here, by name: each of them is a weight. */
    Map<String, Double> weights() {
        Map<String, Double> all = new LinkedHashMap<>();
        fields.values()
                .keySet()
                .forEach(name -> all.put(
                        name, number(name, 0, WorkloadFile.LARGEST_WEIGHT).orElseThrow()));
        return all;
    }

    private static String plain(double number) {
        return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
    }
}
