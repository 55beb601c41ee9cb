package dev.plumbline.reports;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Writes well-formed markup, the only place where XML, HTML and SVG come to be: every text and every value of an attribute
 * is escaped, characters that XML does not know become the replacement character, and every element is closed.
 *
 * <p>Names of elements and attributes are ours, never from outside.
 */
final class Markup {

    private final StringBuilder out = new StringBuilder(16 << 10);
    private final Deque<String> open = new ArrayDeque<>();

    /** Something of our own that is markup already: a declaration or a style sheet. */
    Markup ours(String markup) {
        out.append(markup);
        return this;
    }

    /** Begins an element; attributes alternate between name and value. */
    Markup begin(String element, String... attributes) {
        tag(element, attributes);
        out.append('>');
        open.push(element);
        return this;
    }

    /** Ends the element that was begun last. */
    Markup end() {
        out.append("</").append(open.pop()).append('>');
        return this;
    }

    /** Ends the element that was begun last, and the line. */
    Markup endLine() {
        end();
        out.append('\n');
        return this;
    }

    /** An element without content. */
    Markup empty(String element, String... attributes) {
        tag(element, attributes);
        out.append("/>");
        return this;
    }

    /** An element that holds a text. */
    Markup element(String element, String text, String... attributes) {
        return begin(element, attributes).text(text).end();
    }

    /** Text from anywhere. */
    Markup text(String text) {
        escape(text, false);
        return this;
    }

    /** Everything that was written. */
    @Override
    public String toString() {
        if (!open.isEmpty()) {
            throw new IllegalStateException("not ended: " + open);
        }
        return out.toString();
    }

    private void tag(String element, String... attributes) {
        if (attributes.length % 2 != 0) {
            throw new IllegalArgumentException("attributes of " + element + " are not pairs of name and value");
        }
        out.append('<').append(element);
        for (int i = 0; i < attributes.length; i += 2) {
            out.append(' ').append(attributes[i]).append("=\"");
            escape(attributes[i + 1], true);
            out.append('"');
        }
    }

    private void escape(String text, boolean attribute) {
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            i += Character.charCount(c);
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append(attribute ? "&quot;" : "\"");
                case '\n', '\t' -> out.append(attribute ? " " : Character.toString(c));
                default -> out.appendCodePoint(isXml(c) ? c : 0xFFFD);
            }
        }
    }

    private static boolean isXml(int c) {
        return c >= 0x20 && !(c >= 0xD800 && c <= 0xDFFF) && c != 0xFFFE && c != 0xFFFF;
    }
}
