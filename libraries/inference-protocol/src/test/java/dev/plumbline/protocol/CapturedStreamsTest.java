package dev.plumbline.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What real servers sent, cut anywhere. */
class CapturedStreamsTest {

    private static final int SMALL_BYTES = 3_500;
    private static final int STRIDE = 331;

    static Stream<CapturedStream> all() {
        return CapturedStream.all();
    }

    @ParameterizedTest
    @MethodSource("all")
    void everyChunkOfContentIsSeen(CapturedStream captured) {
        List<StreamItem> items = captured.items(captured.bytes());
        assertThat(chunks(items)).filteredOn(StreamItem.Chunk::content).hasSize(captured.chunks());
        assertThat(chunks(items)).filteredOn(StreamItem.Chunk::answer).hasSize(captured.answerChunks());
        assertThat(items).noneMatch(StreamItem.Malformed.class::isInstance);
    }

    @ParameterizedTest
    @MethodSource("all")
    void everyErrorStatusSaysWhyAndNothingElse(CapturedStream captured) {
        if (captured.status() != 200) {
            assertThat(captured.items(captured.bytes()))
                    .singleElement()
                    .isInstanceOfSatisfying(
                            StreamItem.ServerError.class,
                            error -> assertThat(error.message()).isNotBlank().doesNotContain("'input'"));
        }
    }

    /** Small bodies at every byte; in long ones, which repeat themselves, at every byte of both ends and in strides between. */
    @ParameterizedTest
    @MethodSource("all")
    void aCutAtAnyByteChangesNothing(CapturedStream captured) {
        byte[] whole = captured.bytes();
        List<StreamItem> expected = captured.items(whole);
        int cut = 0;
        while (cut <= whole.length) {
            List<StreamItem> items =
                    captured.items(Arrays.copyOfRange(whole, 0, cut), Arrays.copyOfRange(whole, cut, whole.length));
            if (!items.equals(expected)) {
                assertThat(items).as("cut at byte %d", cut).isEqualTo(expected);
            }
            boolean inMiddle = whole.length > SMALL_BYTES && cut > 800 && cut < whole.length - 800;
            cut += inMiddle ? Integer.getInteger("plumbline.test.cutStrideBytes", STRIDE) : 1;
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void bytesOneByOneChangeNothing(CapturedStream captured) {
        byte[] whole = captured.bytes();
        byte[][] pieces = new byte[whole.length][];
        for (int i = 0; i < whole.length; i++) {
            pieces[i] = new byte[] {whole[i]};
        }
        assertThat(captured.items(pieces)).isEqualTo(captured.items(whole));
    }

    /** A connection that breaks at any byte: what was whole before is read, nothing is made up. */
    @ParameterizedTest
    @MethodSource("all")
    void aBreakAtAnyByteLeavesAPrefix(CapturedStream captured) {
        byte[] whole = captured.bytes();
        List<StreamItem> complete = captured.items(whole);
        for (int end = 0; end < whole.length; end += whole.length > SMALL_BYTES ? 97 : 1) {
            List<StreamItem> items = new ArrayList<>();
            AnswerReader reader = captured.protocol()
                    .answer(captured.status(), java.util.Optional.of(captured.contentType()), items::add);
            reader.feed(whole, 0, end);
            reader.end(false);
            if (!items.equals(complete.subList(0, Math.min(complete.size(), items.size())))) {
                assertThat(items).as("broken at byte %d", end).isEqualTo(complete);
            }
        }
    }

    private static List<StreamItem.Chunk> chunks(List<StreamItem> items) {
        return items.stream()
                .filter(StreamItem.Chunk.class::isInstance)
                .map(StreamItem.Chunk.class::cast)
                .toList();
    }
}
