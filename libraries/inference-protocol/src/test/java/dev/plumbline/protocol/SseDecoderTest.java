package dev.plumbline.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
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

    /** Bytes that lie beside LF and CR, and of other letters, at each place of eight. */
    @Test
    void onlyLineFeedsAndReturnsEndALine() {
        String odd = "\u0001\t\u000b\u000c\u000e\u0080\u008a\u008d\u00ff\u010a\u010d\u8a0a\ud83d\ude00";
        for (int before = 0; before < 17; before++) {
            String one = "x".repeat(before) + odd;
            String two = odd + "x".repeat(before);
            for (String newline : List.of("\n", "\r", "\r\n")) {
                assertThat(data("data: " + one + newline + newline + "data: " + two + newline + newline))
                        .containsExactly(one, two);
            }
        }
    }

    /** What came may be written over once the decoder has returned. */
    @Test
    void dataIsItsOwnWhereverItIsCut() {
        String text = "data: one\ndata: two\n\ndata: three\nid: 1\n\ndata:\ndata: " + "4".repeat(600) + "\n\n";
        List<String> whole = data(text);
        assertThat(whole).containsExactly("one\ntwo", "three", "\n" + "4".repeat(600));
        for (int first = 0; first <= text.length(); first++) {
            for (int second = first; second <= Math.min(text.length(), first + 40); second++) {
                assertThat(data(text.substring(0, first), text.substring(first, second), text.substring(second)))
                        .isEqualTo(whole);
            }
        }
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
            Arrays.fill(bytes, (byte) '!');
        }
        decoder.endOfStream();
        return data;
    }
}
