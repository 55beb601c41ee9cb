package dev.plumbline.reports;

/**
 * What was deleted of a growing file because the folder's budget was used up.
 *
 * @param file the name that stands for the whole, for example {@code events.jsonl}
 * @param lines how many, headers not counted
 * @param bytes of the deleted parts
 * @param fromEpochMillis what the first of these lines speaks of
 * @param untilEpochMillis what the last of them speaks of
 */
record Dropped(String file, long lines, long bytes, long fromEpochMillis, long untilEpochMillis) {

    Dropped plus(RollingFile.Part part) {
        RollingFile.Span span = part.span();
        return new Dropped(
                file,
                lines + part.lines(),
                bytes + part.bytes(),
                lines == 0 ? span.fromEpochMillis() : Math.min(fromEpochMillis, span.fromEpochMillis()),
                Math.max(untilEpochMillis, span.untilEpochMillis()));
    }
}
