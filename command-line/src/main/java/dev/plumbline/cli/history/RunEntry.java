package dev.plumbline.cli.history;

/** What a folder of the store holds. */
public sealed interface RunEntry {

    /** The id by the folder's name. */
    String runId();

    /** A run that can be read. */
    record Complete(String runId, StoredRun run) implements RunEntry {}

    /** Its run file is missing or cannot be read. */
    record Damaged(String runId, String why) implements RunEntry {}

    /** It is under way, or its process died. */
    record Unfinished(String runId) implements RunEntry {}
}
