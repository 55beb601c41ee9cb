package dev.plumbline.benchmark;

/**
 * One request as a tool saw it, by {@link System#nanoTime()}, whose origin all processes of one machine share on Linux; what a tool
 * stamps by another origin serves as well, since only differences are used.
 *
 * @param id that the target logs, too
 * @param sentNanos when it was written
 * @param firstContentNanos when its first content came
 * @param contentChunks chunks with content
 */
public record Sighting(String id, long sentNanos, long firstContentNanos, long contentChunks) {

    long ttftNanos() {
        return firstContentNanos - sentNanos;
    }
}
