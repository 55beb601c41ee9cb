package dev.plumbline.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SseDecoderTest {

    @ParameterizedTest
    @ValueSource(strings = {"vllm-usage", "llamacpp-usage", "llamacpp-error-midstream"})
    void aCutAtAnyByteChangesNothing(String name) {
        byte[] whole = Streams.captured(name);
        List<StreamItem> expected = Streams.items(List.of(whole));
        for (int cut = 0; cut <= whole.length; cut++) {
            assertThat(Streams.items(
                            List.of(Arrays.copyOfRange(whole, 0, cut), Arrays.copyOfRange(whole, cut, whole.length))))
                    .as("%s cut at byte %d", name, cut)
                    .isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @CsvSource({"vllm-engine-killed, 1", "ollama-runner-killed, 1", "vllm-usage, 3", "ollama-runner-killed, 1447"})
    void piecesOfAnySizeChangeNothing(String name, int size) {
        byte[] whole = Streams.captured(name);
        List<byte[]> pieces = new ArrayList<>();
        for (int at = 0; at < whole.length; at += size) {
            pieces.add(Arrays.copyOfRange(whole, at, Math.min(whole.length, at + size)));
        }
        assertThat(Streams.items(pieces)).isEqualTo(Streams.items(List.of(whole)));
    }

    @ParameterizedTest
    @CsvSource({"vllm-usage, 12", "llamacpp-usage, 8"})
    void everyTokenOfACapturedAnswerIsSeen(String name, int chunks) {
        List<StreamItem> items = Streams.items(List.of(Streams.captured(name)));
        assertThat(items)
                .filteredOn(item -> item instanceof StreamItem.Chunk chunk && chunk.answer())
                .hasSize(chunks);
        assertThat(items).last().isEqualTo(new StreamItem.Done());
    }

    @Test
    void linesMayEndInAnyOfThreeWaysAlsoWhenCutBetweenCarriageReturnAndLineFeed() {
        for (String newline : List.of("\n", "\r", "\r\n")) {
            String text = "data: one" + newline + newline + "data: two" + newline + newline;
            for (int cut = 0; cut <= text.length(); cut++) {
                assertThat(data(text.substring(0, cut), text.substring(cut))).containsExactly("one", "two");
            }
        }
    }

    @Test
    void dataLinesOfOneEventAreJoined() {
        assertThat(data("data: a\ndata:b\n\n")).containsExactly("a\nb");
    }

    @Test
    void commentsAndOtherFieldsAndUnknownNamesAreSkipped() {
        assertThat(data(": ping\n\nid: 1\nretry: 5\ndatabase: no\ndata: yes\n\n"))
                .containsExactly("yes");
    }

    @Test
    void anEventNamedErrorIsMarked() {
        List<Boolean> named = new ArrayList<>();
        SseDecoder decoder = new SseDecoder((bytes, offset, length, namedError) -> named.add(namedError));
        byte[] bytes =
                "event: error\ndata: x\n\ndata: y\n\nevent: errors\ndata: z\n\n".getBytes(StandardCharsets.UTF_8);
        decoder.feed(bytes, 0, bytes.length);
        assertThat(named).containsExactly(true, false, false);
    }

    @Test
    void aByteOrderMarkIsSkipped() {
        assertThat(data("\uFEFFdata: x\n\n")).containsExactly("x");
    }

    @Test
    void anEventWithoutItsBlankLineCountsAtTheEndAndACutLineDoesNot() {
        assertThat(data("data: whole\n")).containsExactly("whole");
        assertThat(data("data: whole\n\ndata: cu")).containsExactly("whole");
    }

    @Test
    void noBytesAreNoEvents() {
        assertThat(data("")).isEmpty();
        assertThat(data("\n\n\n")).isEmpty();
    }

    @Test
    void aLineOverTheBoundStopsTheDecoderAndOneAtTheBoundDoesNot() {
        byte[] longest = ("data:" + "x".repeat(SseDecoder.MAX_BYTES - 5)).getBytes(StandardCharsets.UTF_8);
        SseDecoder decoder = new SseDecoder((bytes, offset, length, namedError) -> {});
        assertThat(decoder.feed(longest, 0, longest.length)).isTrue();
        assertThat(decoder.feed(new byte[] {'x'}, 0, 1)).isFalse();
        assertThat(decoder.feed(new byte[] {'\n'}, 0, 1)).isFalse();
    }

    private static List<String> data(String... pieces) {
        List<String> data = new ArrayList<>();
        SseDecoder decoder = new SseDecoder((bytes, offset, length, namedError) ->
                data.add(new String(bytes, offset, length, StandardCharsets.UTF_8)));
        for (String piece : pieces) {
            byte[] bytes = piece.getBytes(StandardCharsets.UTF_8);
            decoder.feed(bytes, 0, bytes.length);
        }
        decoder.endOfStream();
        return data;
    }
}
