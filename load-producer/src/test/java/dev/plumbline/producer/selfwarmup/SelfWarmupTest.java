package dev.plumbline.producer.selfwarmup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.contract.series.ComparisonGroup;
import dev.plumbline.contract.series.LoadPoint;
import dev.plumbline.contract.series.Series;
import dev.plumbline.producer.client.Endpoint;
import dev.plumbline.producer.dispatch.Drive;
import dev.plumbline.producer.dispatch.LoadCounters;
import dev.plumbline.producer.dispatch.LoadLoop;
import dev.plumbline.producer.dispatch.RequestSource;
import dev.plumbline.producer.emission.EventOutlet;
import dev.plumbline.producer.emission.MarkedQueue;
import dev.plumbline.producer.selfcheck.Budgets;
import dev.plumbline.producer.selfcheck.LostTime;
import dev.plumbline.producer.selfcheck.ProcessCpu;
import dev.plumbline.producer.time.SystemTime;
import dev.plumbline.protocol.EndpointType;
import dev.plumbline.protocol.GenericTarget;
import dev.plumbline.protocol.Protocol;
import dev.plumbline.protocol.RequestParameters;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever will be measured, its whole path is walked before: an answer that is not understood warms something else. */
class SelfWarmupTest {

    private static final Series SERIES =
            new Series(new ComparisonGroup("t", "m", "chat", LoadPoint.parse("c1"), "default"), "stable");

    private static final long REQUESTS = 24;

    private final Vertx loopVertx = oneLoop();
    private final Vertx serverVertx = oneLoop();
    private final SystemTime clock = new SystemTime();

    private static Vertx oneLoop() {
        return Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setWorkerPoolSize(1));
    }

    @AfterEach
    void stop() {
        for (Vertx vertx : new Vertx[] {loopVertx, serverVertx}) {
            assertThat(vertx.close().toCompletionStage().toCompletableFuture()).succeedsWithin(Duration.ofSeconds(60));
        }
    }

    static Stream<Arguments> protocols() {
        Stream<Arguments> known = Arrays.stream(EndpointType.values())
                .filter(type -> type != EndpointType.GENERIC)
                .flatMap(type -> Stream.of(true, false)
                        .map(streaming -> Arguments.of(
                                type + (streaming ? " streamed" : " whole"),
                                Protocol.of(type, parameters(streaming)))));
        Stream<Arguments> described = Arrays.stream(GenericTarget.Framing.values())
                .flatMap(framing -> Stream.of("/token/text", "/choices/0/delta/content", "")
                        .map(text -> Arguments.of(
                                framing + " " + text, Protocol.generic(described(framing, text), parameters(true)))));
        return Stream.concat(known, described);
    }

    private static RequestParameters parameters(boolean streaming) {
        return RequestParameters.of("m", streaming, 8, 0);
    }

    private static GenericTarget described(GenericTarget.Framing framing, String text) {
        boolean alone = text.isEmpty();
        return new GenericTarget(
                "POST",
                "{\"prompt\":\"{{prompt}}\"}",
                framing,
                text,
                Optional.empty(),
                alone ? Optional.empty() : Optional.of("/why"),
                alone ? Optional.empty() : Optional.of("/usage/in"),
                alone ? Optional.empty() : Optional.of("/usage/out"),
                "/error");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("protocols")
    void everyRequestOfTheWarmUpIsAnsweredAndUnderstood(String name, Protocol protocol) throws Exception {
        EventOutlet outlet = new MarkedQueue(10, 1);
        LoadLoop loop = new LoadLoop(
                0,
                loopVertx,
                clock,
                Set.of(SERIES),
                outlet,
                TimeUnit.SECONDS.toNanos(1),
                new Budgets(5_000_000, 10_000_000, 50_000_000, 2, 1, 1),
                ProcessCpu.ofThisProcess(),
                LostTime::unknown,
                new LoadCounters(),
                request -> {});
        loop.start();
        RequestSource source =
                Drive.source("w", Endpoint.below("http://127.0.0.1:9", EndpointType.CHAT, Map.of()), protocol, clock);
        assertThat(SelfWarmup.warm(loop, loopVertx, serverVertx, source, clock, TimeUnit.SECONDS.toNanos(20), REQUESTS))
                .as(name)
                .isEqualTo(REQUESTS);
    }
}
