package dev.plumbline.contract.control;

import dev.plumbline.contract.series.ComparisonGroup;
import java.util.Objects;

/** A short text that ends up in lines for people and in metric labels. */
final class OneLine {

    private OneLine() {}

    /** @throws IllegalArgumentException if the text is blank, too long, or holds a line break or another control character */
    static void require(String name, String value) {
        Objects.requireNonNull(value, name);
        if (value.isBlank()
                || value.length() > ComparisonGroup.MAX_LABEL_LENGTH
                || value.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException(name + " must be one line of 1 to " + ComparisonGroup.MAX_LABEL_LENGTH
                    + " characters, has " + value.length());
        }
    }
}
