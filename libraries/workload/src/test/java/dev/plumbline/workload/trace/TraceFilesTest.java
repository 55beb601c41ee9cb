package dev.plumbline.workload.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plumbline.workload.ByteSource;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Files as they come: compressed, cut off, in another encoding. */
class TraceFilesTest {

    private static List<String> lines(ByteSource source) throws BadTrace, IOException {
        List<String> lines = new ArrayList<>();
        TextLines.of(source).forEachRemaining(lines::add);
        return lines;
    }

    private static ByteSource bytes(byte... bytes) {
        return new ByteArrayInputStream(bytes)::read;
    }

    @Test
    void linesAreTheSameWhetherCompressedOrNot() throws Exception {
        SplittableRandom random = new SplittableRandom(3);
        StringBuilder text = new StringBuilder();
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 3_000; i++) {
            String line = "\u00e9" + "x".repeat(random.nextInt(200)) + random.nextLong();
            expected.add(line);
            text.append(line).append(i % 3 == 0 ? "\r\n" : "\n");
        }
        byte[] plain = text.toString().getBytes(StandardCharsets.UTF_8);
        assertThat(lines(bytes(plain))).isEqualTo(expected);
        ByteArrayOutputStream members = new ByteArrayOutputStream();
        members.write(InMemory.gzip(Arrays.copyOf(plain, 70_001)));
        members.write(InMemory.gzip(Arrays.copyOfRange(plain, 70_001, plain.length)));
        assertThat(lines(bytes(members.toByteArray()))).isEqualTo(expected);
        assertThat(lines(bytes())).isEmpty();
        assertThat(lines(bytes((byte) 'a'))).containsExactly("a");
    }

    @Test
    void whatIsCutOffOrDamagedIsNeverShorterWithoutAWord() throws Exception {
        byte[] packed = InMemory.gzip("a line\n".repeat(5_000).getBytes(StandardCharsets.UTF_8));
        for (int length = 3; length < packed.length; length += 7) {
            int cut = length;
            assertThatThrownBy(() -> lines(bytes(Arrays.copyOf(packed, cut))))
                    .as("cut off at %d of %d", cut, packed.length)
                    .isInstanceOfAny(UncheckedIOException.class, IOException.class)
                    .hasMessageContaining("gzip data is");
        }
        byte[] damaged = packed.clone();
        damaged[damaged.length - 6] ^= 1;
        assertThatThrownBy(() -> lines(bytes(damaged))).hasMessageContaining("its check sum is another one");
    }

    @Test
    void whatIsNoTextIsNamedWithTheCommandThatMakesOneOfIt() {
        assertThatThrownBy(() -> lines(bytes((byte) 0x28, (byte) 0xb5, (byte) 0x2f, (byte) 0xfd)))
                .isInstanceOfSatisfying(
                        BadTrace.class,
                        bad -> assertThat(bad.in("t")).isEqualTo("t: is compressed with zstd: unpack it with unzstd"));
        assertThatThrownBy(() -> lines(bytes((byte) 'P', (byte) 'A', (byte) 'R', (byte) '1')))
                .hasMessageContaining("convert it to JSONL or CSV");
        assertThatThrownBy(() -> lines(bytes((byte) 'a', (byte) 0)))
                .hasMessage("is no text (it has a byte 0): is it the right file?");
    }

    @Test
    void aCompressedTraceIsTheTrace() throws Exception {
        String text = Traces.text("copilot.jsonl");
        assertThat(TraceReader.read(InMemory.file("day.jsonl.gz", text), TraceSelection.ALL))
                .isEqualTo(Traces.of(text));
    }
}
