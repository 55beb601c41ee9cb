package dev.plumbline.workload.dataset;

import java.io.IOException;
import java.util.Optional;

/**
 * The elements of a JSON document one by one, however long it is: it finds where each begins and ends, and whoever takes it parses
 * it. One thread.
 */
final class JsonElements {

    private final Bytes bytes;
    private final String file;
    private final Within within;
    private long entry;
    private boolean hasBegun;
    private boolean isOver;

    /** Where elements stand. */
    sealed interface Within {
        /** One after the other, with nothing but blanks between. */
        record Nothing() implements Within {}

        /** In an array that is the document. */
        record Array() implements Within {}

        /** In an array that is a member of the document. */
        record Member(String name) implements Within {}
    }

    /** One element as it stands there. */
    record Element(String json, Place place) {}

    JsonElements(Bytes bytes, String file, Within within) {
        this.bytes = bytes;
        this.file = file;
        this.within = within;
    }

    /** The next; empty when the document has ended in order. */
    Optional<Element> next() throws IOException {
        if (isOver) {
            return Optional.empty();
        }
        return switch (within) {
            case Within.Nothing nothing -> nextOfSequence();
            case Within.Array array -> {
                if (!hasBegun) {
                    hasBegun = true;
                    expect('[');
                }
                yield nextOfArray();
            }
            case Within.Member member -> {
                if (!hasBegun) {
                    hasBegun = true;
                    seek(member.name());
                }
                yield nextOfArray();
            }
        };
    }

    private Optional<Element> nextOfSequence() throws IOException {
        skipBlanks();
        if (bytes.peek() == Bytes.END) {
            isOver = true;
            return Optional.empty();
        }
        return Optional.of(element());
    }

    private Optional<Element> nextOfArray() throws IOException {
        skipBlanks();
        if (bytes.peek() == ']') {
            bytes.next();
            end();
            return Optional.empty();
        }
        if (entry > 0) {
            expect(',');
            skipBlanks();
        }
        return Optional.of(element());
    }

    /** What stands behind the array. */
    private void end() throws IOException {
        isOver = true;
        if (within instanceof Within.Member) {
            skipBlanks();
            while (bytes.peek() == ',') {
                bytes.next();
                key();
                skipValue();
                skipBlanks();
            }
            expect('}');
        }
        skipBlanks();
        if (bytes.peek() != Bytes.END) {
            throw here().unusable("goes on behind the end of the JSON document: take out what is too much");
        }
    }

    /** Into the array that is the member of this name. */
    private void seek(String name) throws IOException {
        expect('{');
        while (true) {
            String key = key();
            skipBlanks();
            if (key.equals(name) && bytes.peek() == '[') {
                bytes.next();
                return;
            }
            skipValue();
            skipBlanks();
            if (bytes.peek() != ',') {
                throw here().unusable("has no array '" + name + "'");
            }
            bytes.next();
        }
    }

    private String key() throws IOException {
        skipBlanks();
        Text text = new Text(here());
        if (bytes.peek() != '"') {
            throw broken();
        }
        string(text);
        expect(':');
        String quoted = text.text();
        return quoted.substring(1, quoted.length() - 1);
    }

    private Element element() throws IOException {
        entry++;
        Place place = here();
        Text text = new Text(place);
        value(text);
        return new Element(text.text(), place);
    }

    /** No longer than an element may be: nothing that long stands beside prompts. */
    private void skipValue() throws IOException {
        skipBlanks();
        value(new Text(here()));
    }

    /** From its first byte to its last; whether it is JSON in between is seen by who parses it. */
    private void value(Text text) throws IOException {
        int depth = 0;
        do {
            int one = bytes.peek();
            switch (one) {
                case Bytes.END -> throw cut();
                case '"' -> string(text);
                case '{', '[' -> {
                    depth++;
                    text.add(bytes.next());
                }
                case '}', ']' -> {
                    if (depth == 0) {
                        throw broken();
                    }
                    depth--;
                    text.add(bytes.next());
                }
                default -> {
                    if (depth > 0) {
                        text.add(bytes.next());
                    } else {
                        scalar(text);
                    }
                }
            }
        } while (depth > 0);
    }

    private void scalar(Text text) throws IOException {
        while (bytes.peek() != Bytes.END && " \t\r\n,:]}[{\"".indexOf(bytes.peek()) < 0) {
            text.add(bytes.next());
        }
        if (text.isEmpty()) {
            throw broken();
        }
    }

    private void string(Text text) throws IOException {
        text.add(bytes.next());
        while (true) {
            int one = bytes.next();
            if (one == Bytes.END) {
                throw cut();
            }
            text.add(one);
            if (one == '"') {
                return;
            }
            if (one == '\\') {
                int escaped = bytes.next();
                if (escaped == Bytes.END) {
                    throw cut();
                }
                text.add(escaped);
            }
        }
    }

    private void expect(char wanted) throws IOException {
        skipBlanks();
        if (bytes.peek() == Bytes.END) {
            throw cut();
        }
        if (bytes.peek() != wanted) {
            throw broken();
        }
        bytes.next();
    }

    private void skipBlanks() throws IOException {
        while (bytes.peek() == ' ' || bytes.peek() == '\t' || bytes.peek() == '\r' || bytes.peek() == '\n') {
            bytes.next();
        }
    }

    private UnusableDataset cut() {
        return here().unusable("ends in the middle of the JSON document: it was cut, get all of it");
    }

    private UnusableDataset broken() {
        return here().unusable("is no JSON from here on: mend it");
    }

    private Place here() {
        return new Place(file, bytes.line(), entry);
    }
}
