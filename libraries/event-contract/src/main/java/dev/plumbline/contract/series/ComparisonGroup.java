package dev.plumbline.contract.series;

import java.util.Objects;

/**
 * What may be compared with itself over time and between variants: one logical service, one logical model, one prompt
 * class, one load point, one tenant.
 *
 * @param target logical name of the service, not its address
 * @param model logical model name
 * @param scenario prompt class
 * @param loadPoint the load that it is measured under
 * @param tenant whose traffic it is; {@code default} where there is only one
 */
public record ComparisonGroup(String target, String model, String scenario, LoadPoint loadPoint, String tenant) {

    /** Longest label that is accepted, in characters; longer ones would become unbounded metric labels. */
    public static final int MAX_LABEL_LENGTH = 200;

    public ComparisonGroup {
        requireLabel("target", target);
        requireLabel("model", model);
        requireLabel("scenario", scenario);
        Objects.requireNonNull(loadPoint, "loadPoint");
        requireLabel("tenant", tenant);
    }

    /** One string for the group, equal exactly when the groups are equal; used as record key and for partitioning. */
    public String key() {
        return escaped(target)
                + '|'
                + escaped(model)
                + '|'
                + escaped(scenario)
                + '|'
                + loadPoint.key()
                + '|'
                + escaped(tenant);
    }

    static void requireLabel(String name, String value) {
        Objects.requireNonNull(value, name);
        if (value.isBlank() || value.length() > MAX_LABEL_LENGTH) {
            throw new IllegalArgumentException(
                    name + " must have 1 to " + MAX_LABEL_LENGTH + " characters, has " + value.length());
        }
    }

    static String escaped(String value) {
        return value.replace("\\", "\\\\").replace("|", "\\p").replace("@", "\\a");
    }

    static String unescaped(String value) {
        StringBuilder text = new StringBuilder(value.length());
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c != '\\' || i + 1 == value.length()) {
                text.append(c);
                continue;
            }
            char escaped = value.charAt(++i);
            text.append(escaped == 'p' ? '|' : escaped == 'a' ? '@' : escaped);
        }
        return text.toString();
    }
}
