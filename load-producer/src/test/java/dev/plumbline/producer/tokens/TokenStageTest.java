package dev.plumbline.producer.tokens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plumbline.contract.event.Attempt;
import dev.plumbline.contract.event.TokenCount;
import dev.plumbline.contract.event.TokenSource;
import dev.plumbline.contract.event.Tokens;
import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.contract.series.Series;
import dev.plumbline.producer.client.Endpoint;
import dev.plumbline.producer.client.SideChannel;
import dev.plumbline.producer.emission.EventOutlet;
import dev.plumbline.producer.emission.Marker;
import dev.plumbline.producer.recorder.EndedRequest;
import dev.plumbline.producer.recorder.RequestRecording;
import dev.plumbline.producer.recorder.TokenChoice;
import dev.plumbline.producer.time.ManualClock;
import dev.plumbline.protocol.StreamItem;
import dev.plumbline.protocol.TargetUrl;
import dev.plumbline.protocol.Usage;
import dev.plumbline.target.SimulatedTarget;
import dev.plumbline.target.SimulatedTargetSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class TokenStageTest {

    private static final Series SERIES =
            new Series(new ComparisonGroup("t", "m", "chat", LoadPoint.parse("c1"), "default"), "stable");

    /** Words are tokens; " lot of" is not in the vocabulary and becomes one unknown token a word. */
    private static final String WORDS = "{\"version\":\"1.0\",\"truncation\":{\"direction\":\"Right\",\"max_length\":4,"
            + "\"strategy\":\"LongestFirst\",\"stride\":0},\"padding\":null,\"added_tokens\":[],\"normalizer\":null,"
            + "\"pre_tokenizer\":{\"type\":\"Whitespace\"},\"post_processor\":null,\"decoder\":null,"
            + "\"model\":{\"type\":\"WordLevel\",\"vocab\":{\"[UNK]\":0,\"hello\":1,\"world\":2},\"unk_token\":\"[UNK]\"}}";

    private static final Duration LONGEST = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    private final List<Object> passed = new CopyOnWriteArrayList<>();
    private final EventOutlet next = new EventOutlet() {
        @Override
        public boolean ended(EndedRequest request) {
            return passed.add(request);
        }

        @Override
        public boolean mark(Marker marker) {
            return passed.add(marker);
        }
    };

    /** Counts characters, late. */
    private record Slow(CountDownLatch released) implements TokenCounter {
        @Override
        public TokenSource source() {
            return TokenSource.TARGET_TOKENIZER;
        }

        @Override
        public CompletableFuture<OptionalLong> count(String text) {
            return CompletableFuture.supplyAsync(() -> {
                try {
                    return released.await(60, TimeUnit.SECONDS) ? OptionalLong.of(text.length()) : OptionalLong.empty();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return OptionalLong.empty();
                }
            });
        }

        @Override
        public void close() {}
    }

    @Test
    void aMarkerNeverOvertakesWhatIsBeingCounted() throws Exception {
        CountDownLatch released = new CountDownLatch(1);
        TokenStage stage = new TokenStage(100, 1 << 20, 1, new Slow(released), next, request -> {});
        Thread thread = new Thread(stage);
        thread.start();
        stage.ended(request(TokenChoice.TOKENIZE, Usage.NOTHING, "abc", "defgh"));
        stage.mark(new Marker(0, 5, Map.of(), false));
        stage.ended(request(TokenChoice.TOKENIZE, Usage.NOTHING, "abc", "d"));
        stage.mark(new Marker(0, 6, Map.of(), true));
        assertThat(passed).isEmpty();
        released.countDown();
        assertThat(stage.awaitEnd(LONGEST)).isTrue();
        assertThat(thread.join(LONGEST)).isTrue();
        assertThat(passed).extracting(item -> item instanceof Marker).containsExactly(false, true, false, true);
        Tokens tokens = ((EndedRequest) passed.get(0)).response().tokens();
        assertThat(tokens.prompt()).contains(new TokenCount(3, TokenSource.TARGET_TOKENIZER));
        assertThat(tokens.output()).contains(new TokenCount(5, TokenSource.TARGET_TOKENIZER));
        assertThat(((EndedRequest) passed.get(0)).countable()).isEmpty();
    }

    @Test
    void aStageThatIsBehindLetsThroughUncountedAndLosesNothing() throws Exception {
        CountDownLatch released = new CountDownLatch(1);
        TokenStage stage = new TokenStage(100, 1 << 20, 1, new Slow(released), next, request -> {});
        for (int i = 0; i < 100; i++) {
            assertThat(stage.ended(request(TokenChoice.TOKENIZE, Usage.NOTHING, "abc", "defgh")))
                    .isTrue();
        }
        assertThat(stage.ended(request(TokenChoice.TOKENIZE, Usage.NOTHING, "abc", "x")))
                .isFalse();
        stage.mark(new Marker(0, 6, Map.of(SERIES.group(), new Marker.Told(1, List.of())), true));
        released.countDown();
        stage.run();
        assertThat(passed).hasSize(101);
        assertThat(stage.uncountedRequests()).isPositive().isLessThan(100);
        assertThat(((EndedRequest) passed.get(0)).response().tokens().output())
                .contains(new TokenCount(1, TokenSource.CHUNKS));
        assertThat(((Marker) passed.get(100)).lostEvents()).isEqualTo(1);
    }

    @Test
    void whatFindsNoRoomBehindTheStageIsToldOfItsOwnGroup() {
        Series other = new Series(new ComparisonGroup("t", "m", "long", LoadPoint.parse("c1"), "default"), "stable");
        EventOutlet full = new EventOutlet() {
            @Override
            public boolean ended(EndedRequest request) {
                return false;
            }

            @Override
            public boolean mark(Marker marker) {
                return passed.add(marker);
            }
        };
        TokenStage stage = new TokenStage(100, 1 << 20, 1, new Slow(new CountDownLatch(0)), full, request -> {});
        stage.ended(request(other, TokenChoice.TOKENIZE, Usage.NOTHING, "abc", "d"));
        stage.ended(request(TokenChoice.TOKENIZE, Usage.NOTHING, "abc", "d"));
        stage.ended(request(other, TokenChoice.TOKENIZE, Usage.NOTHING, "abc", "d"));
        stage.mark(new Marker(0, 5, Map.of(other.group(), new Marker.Told(3, List.of())), false));
        stage.ended(request(TokenChoice.TOKENIZE, Usage.NOTHING, "abc", "d"));
        stage.mark(new Marker(0, 6, Map.of(), true));
        stage.run();
        assertThat(passed)
                .containsExactly(
                        new Marker(
                                0,
                                5,
                                Map.of(
                                        SERIES.group(), new Marker.Told(1, List.of()),
                                        other.group(), new Marker.Told(5, List.of())),
                                false),
                        new Marker(0, 6, Map.of(SERIES.group(), new Marker.Told(1, List.of())), true));
    }

    /** While Kafka is away markers are refused, and requests must still get into the queue behind. */
    @Test
    void aRefusedMarkerHoldsUpNoRequestAndIsToldLater() throws Exception {
        AtomicBoolean refusing = new AtomicBoolean(true);
        EventOutlet stubborn = new EventOutlet() {
            @Override
            public boolean ended(EndedRequest request) {
                return passed.add(request);
            }

            @Override
            public boolean mark(Marker marker) {
                return !refusing.get() && passed.add(marker);
            }
        };
        CountDownLatch second = new CountDownLatch(2);
        TokenStage stage = new TokenStage(
                100, 1 << 20, 1, new Slow(new CountDownLatch(0)), stubborn, request -> second.countDown());
        Thread thread = new Thread(stage);
        thread.start();
        stage.ended(request(TokenChoice.TOKENIZE, Usage.NOTHING, "abc", "d"));
        for (int i = 0; i < 8; i++) {
            assertThat(stage.mark(new Marker(0, i, Map.of(), false))).isTrue();
        }
        assertThat(stage.mark(new Marker(0, 9, Map.of(), false)))
                .as("the loop keeps what it has to say")
                .isFalse();
        stage.ended(request(TokenChoice.TOKENIZE, Usage.NOTHING, "abc", "d"));
        assertThat(second.await(60, TimeUnit.SECONDS)).isTrue();
        refusing.set(false);
        stage.mark(new Marker(0, 10, Map.of(), true));
        assertThat(stage.awaitEnd(LONGEST)).isTrue();
        assertThat(thread.join(LONGEST)).isTrue();
        assertThat(passed).filteredOn(item -> item instanceof EndedRequest).hasSize(2);
        assertThat(passed).filteredOn(item -> item instanceof Marker).hasSize(9);
        assertThat(passed).last().isInstanceOf(Marker.class);
    }

    @Test
    void aLocalTokenizerCountsAllOfATextWhateverItsFileSaysOfTruncation() throws IOException {
        try (LocalTokenizer tokenizer = LocalTokenizer.load(tokenizerFile())) {
            assertThat(tokenizer.count("hello world hello"))
                    .succeedsWithin(LONGEST)
                    .isEqualTo(OptionalLong.of(3));
            assertThat(tokenizer.count("")).succeedsWithin(LONGEST).isEqualTo(OptionalLong.of(0));
            assertThat(tokenizer.count("hello ".repeat(5_000)))
                    .succeedsWithin(LONGEST)
                    .isEqualTo(OptionalLong.of(5_000));
        }
        Path broken = Files.writeString(folder.resolve("broken.json"), "{\"model\":");
        assertThatThrownBy(() -> LocalTokenizer.load(broken))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("broken.json");
    }

    @Test
    void theOtherCountTravelsWithTheOneThatIsReckonedWith() throws Exception {
        Usage usage = new Usage(OptionalLong.of(9), OptionalLong.of(4), OptionalLong.empty(), OptionalLong.empty());
        Tokens auto = counted(TokenChoice.AUTO, usage);
        assertThat(auto.prompt()).contains(new TokenCount(9, TokenSource.SERVER_USAGE));
        assertThat(auto.output()).contains(new TokenCount(4, TokenSource.SERVER_USAGE));
        assertThat(auto.otherOutput()).contains(new TokenCount(2, TokenSource.LOCAL_TOKENIZER));
        Tokens local = counted(TokenChoice.LOCAL, usage);
        assertThat(local.output()).contains(new TokenCount(2, TokenSource.LOCAL_TOKENIZER));
        assertThat(local.otherOutput()).contains(new TokenCount(4, TokenSource.SERVER_USAGE));
        Tokens chunks = counted(TokenChoice.CHUNKS, usage);
        assertThat(chunks.output()).contains(new TokenCount(1, TokenSource.CHUNKS));
        assertThat(chunks.otherOutput()).contains(new TokenCount(4, TokenSource.SERVER_USAGE));
        Tokens silentServer = counted(TokenChoice.AUTO, Usage.NOTHING);
        assertThat(silentServer.prompt()).contains(new TokenCount(1, TokenSource.LOCAL_TOKENIZER));
        assertThat(silentServer.output()).contains(new TokenCount(2, TokenSource.LOCAL_TOKENIZER));
        assertThat(counted(TokenChoice.SERVER, Usage.NOTHING).output()).isEmpty();
    }

    @Test
    void theTargetsOwnTokenizerIsAskedAndItsSilenceCostsOnlyTheCount() throws Exception {
        try (SimulatedTarget target = SimulatedTarget.start(SimulatedTargetSettings.DEFAULT);
                TargetTokenizer tokenizer = tokenizerAt(target.port(), "/tokenize");
                TargetTokenizer nowhere = tokenizerAt(target.port(), "/nowhere")) {
            assertThat(tokenizer.count(" the line falls plumb").get(60, TimeUnit.SECONDS))
                    .hasValue(4);
            assertThat(nowhere.count("x").get(60, TimeUnit.SECONDS)).isEmpty();
        }
        try (TargetTokenizer dead = tokenizerAt(1, "/tokenize")) {
            assertThat(dead.count("x").get(60, TimeUnit.SECONDS)).isEmpty();
        }
    }

    private static TargetTokenizer tokenizerAt(int port, String path) {
        return new TargetTokenizer(
                new SideChannel(
                        Endpoint.at(new TargetUrl(false, "127.0.0.1", port, path), Map.of()),
                        TimeUnit.SECONDS.toNanos(5),
                        4),
                "simulated");
    }

    private Tokens counted(TokenChoice choice, Usage usage) throws IOException {
        passed.clear();
        List<EndedRequest> heard = new ArrayList<>();
        TokenStage stage = new TokenStage(10, 1 << 20, 1, LocalTokenizer.load(tokenizerFile()), next, heard::add);
        stage.ended(request(choice, usage, "hello", "hello world"));
        stage.mark(new Marker(0, 1, Map.of(), true));
        stage.run();
        assertThat(heard).hasSize(1).first().isEqualTo(passed.get(0));
        return heard.get(0).response().tokens();
    }

    private Path tokenizerFile() throws IOException {
        return Files.writeString(folder.resolve("tokenizer.json"), WORDS);
    }

    private static EndedRequest request(TokenChoice choice, Usage usage, String prompt, String answer) {
        return request(SERIES, choice, usage, prompt, answer);
    }

    private static EndedRequest request(Series series, TokenChoice choice, Usage usage, String prompt, String answer) {
        RequestRecording recording = new RequestRecording(
                series,
                Attempt.first("r-1"),
                new ManualClock(1_000),
                true,
                0,
                0,
                new RequestRecording.Texts(choice, Optional.of(prompt), false));
        recording.sent(1);
        recording.headers(2, 200, true, OptionalLong.empty());
        recording.item(
                3,
                new StreamItem.Chunk(
                        true,
                        true,
                        answer,
                        Optional.of("stop"),
                        usage.equals(Usage.NOTHING) ? Optional.empty() : Optional.of(usage),
                        Optional.empty()));
        EndedRequest ended = recording.endedByServer(4);
        assertThat(ended.toString()).doesNotContain("hello").doesNotContain("defgh");
        return ended;
    }
}
