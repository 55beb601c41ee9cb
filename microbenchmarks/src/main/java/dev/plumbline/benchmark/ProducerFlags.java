package dev.plumbline.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * More flags for the JVM of the producer, by turns: the stack that starts it is told a file of arguments, and what is in the file
 * changes before each start.
 */
final class ProducerFlags {

    private final List<Map.Entry<String, String>> variants;
    private final Path file;
    private int turn;

    private ProducerFlags(List<Map.Entry<String, String>> variants, Path file) {
        this.variants = variants;
        this.file = file;
    }

    /**
     * @param flags by the name of the variant, in the order of its turns; none means the producer as it is
     * @param folder for the file
     */
    static ProducerFlags of(Map<String, String> flags, Path folder) {
        Map<String, String> all = flags.isEmpty() ? Map.of("plumbline", "") : flags;
        return new ProducerFlags(
                all.entrySet().stream()
                        .map(each -> Map.entry(each.getKey(), each.getValue()))
                        .toList(),
                folder.resolve("producer.flags").toAbsolutePath());
    }

    /** Names of the variants, in the order of their turns. */
    List<String> names() {
        return variants.stream().map(Map.Entry::getKey).toList();
    }

    /** The producer that is started next has the next variant. */
    void next() throws IOException {
        Files.writeString(file, variants.get(turn++ % variants.size()).getValue());
    }

    /** For whoever starts the producer, and whoever takes it. */
    Map<String, String> environment() {
        return Map.of("PLUMB_PRODUCER_JVM", "@" + file);
    }
}
