package dev.plumbline.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plumbline.probe.StepOutcome.Failed;
import dev.plumbline.probe.StepOutcome.Passed;
import dev.plumbline.protocol.scripted.ScriptedServer;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class PrefixCacheResetTest {

    @ParameterizedTest
    @CsvSource({"VLLM, POST /reset_prefix_cache", "SGLANG, POST /flush_cache"})
    void eachEngineIsToldInItsOwnWay(Engine.Kind engine, String asked) {
        try (ScriptedServer server = ScriptedServer.start().on(asked, 200, "text/plain", "")) {
            TargetAddress address = TargetAddress.of(server.url() + "/v1")
                    .with(Probing.PATIENT)
                    .with(new Credentials(Map.of(), Optional.of("sk-1"), Optional.empty()));

            StepOutcome outcome = new PrefixCacheReset(address).reset(engine);

            assertThat(outcome)
                    .isInstanceOfSatisfying(
                            Passed.class, passed -> assertThat(passed.detail()).contains(asked, "200"));
            assertThat(server.asked()).containsExactly(asked);
            assertThat(server.requests().getFirst().header("Authorization")).contains("Bearer sk-1");
        }
    }

    @Test
    void whoHasNoSuchThingIsToldWhy() {
        try (ScriptedServer server = ScriptedServer.always(404, "application/json", "{\"detail\":\"Not Found\"}")) {
            PrefixCacheReset reset =
                    new PrefixCacheReset(TargetAddress.of(server.url()).with(Probing.PATIENT));
            assertThat(reset.reset(Engine.Kind.VLLM))
                    .isInstanceOfSatisfying(
                            Failed.class,
                            failed -> assertThat(failed.line()).contains("404", "VLLM_SERVER_DEV_MODE=1"));
            assertThat(reset.reset(Engine.Kind.SGLANG))
                    .isInstanceOfSatisfying(
                            Failed.class, failed -> assertThat(failed.line()).contains("404", "gateway"));
        }
    }

    @Test
    void oneThatIsAtWorkSaysSo() {
        try (ScriptedServer server =
                ScriptedServer.always(400, "text/plain", "Cache not flushed because there are pending requests.")) {
            assertThat(new PrefixCacheReset(TargetAddress.of(server.url()).with(Probing.PATIENT))
                            .reset(Engine.Kind.SGLANG))
                    .isInstanceOfSatisfying(Failed.class, failed -> {
                        assertThat(failed.kind()).isEqualTo(FailureKind.REQUEST_REFUSED);
                        assertThat(failed.line()).contains("400").doesNotContain("\n");
                    });
        }
    }

    @ParameterizedTest
    @EnumSource(Engine.Kind.class)
    void everyOtherEngineIsRefusedByName(Engine.Kind engine) {
        boolean isTold = engine == Engine.Kind.VLLM || engine == Engine.Kind.SGLANG;
        assertThat(PrefixCacheReset.refusal(engine).isEmpty()).isEqualTo(isTold);
        if (!isTold) {
            assertThat(PrefixCacheReset.refusal(engine).orElseThrow()).contains(engine.label());
            assertThatThrownBy(() -> new PrefixCacheReset(TargetAddress.of("http://127.0.0.1:1")).reset(engine))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }
}
