package dev.plumbline.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SseDecoderTest {

    private static final int MAX_BYTES = 4096;

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
        SseDecoder decoder = new SseDecoder(MAX_BYTES, (bytes, offset, length, namedError) -> named.add(namedError));
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
        byte[] longest = ("data:" + "x".repeat(MAX_BYTES - 5)).getBytes(StandardCharsets.UTF_8);
        SseDecoder decoder = new SseDecoder(MAX_BYTES, (bytes, offset, length, namedError) -> {});
        assertThat(decoder.feed(longest, 0, longest.length)).isTrue();
        assertThat(decoder.feed(new byte[] {'x'}, 0, 1)).isFalse();
        assertThat(decoder.feed(new byte[] {'\n'}, 0, 1)).isFalse();
    }

    private static List<String> data(String... pieces) {
        List<String> data = new ArrayList<>();
        SseDecoder decoder = new SseDecoder(
                MAX_BYTES,
                (bytes, offset, length, namedError) ->
                        data.add(new String(bytes, offset, length, StandardCharsets.UTF_8)));
        for (String piece : pieces) {
            byte[] bytes = piece.getBytes(StandardCharsets.UTF_8);
            decoder.feed(bytes, 0, bytes.length);
        }
        decoder.endOfStream();
        return data;
    }
}
