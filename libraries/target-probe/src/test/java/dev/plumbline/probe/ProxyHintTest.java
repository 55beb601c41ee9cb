package dev.plumbline.probe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.probe.StepOutcome.Failed;
import dev.plumbline.probe.TargetAddress.Route;
import dev.plumbline.protocol.scripted.ScriptedServer;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where the environment names a proxy: what the line says is done, and helps. */
class ProxyHintTest {

    private static final String TARGET = "http://target.invalid:8000";

    private static TargetAddress in(Map<String, String> environment, String url) {
        TargetAddress address = TargetAddress.of(url).with(Probing.PATIENT);
        return address.with(
                new Route(Optional.empty(), Optional.empty(), UnusedProxy.of(address.url(), environment::get)));
    }

    private static String failureIn(Map<String, String> environment) throws Exception {
        ProbeReport report = Probing.check(in(environment, TARGET));
        assertThat(report.failure().orElseThrow().kind()).isEqualTo(FailureKind.NAME_NOT_FOUND);
        return report.failure().map(Failed::line).orElseThrow();
    }

    @ParameterizedTest
    @CsvSource({"HTTP_PROXY,http://", "http_proxy,http://", "ALL_PROXY,''", "all_proxy,HTTP://"})
    void theHintNamesTheVariableAndDoingWhatItSaysHelps(String variable, String scheme) throws Exception {
        try (ScriptedServer proxy = ScriptedServer.start()) {
            proxy.json("GET " + TARGET + "/v1/models", Engines.resource("vllm-v1-models.json"))
                    .streaming(TARGET + "/v1/chat/completions", Engines.resource("vllm-chat.sse"));

            String line = failureIn(Map.of(variable, scheme + "127.0.0.1:" + proxy.port() + "/"));
            assertThat(line).contains("; " + variable + " is set and is not used: ");
            Matcher flag = Pattern.compile("--proxy (\\S+)$").matcher(line);
            assertThat(flag.find()).as(line).isTrue();
            URI given = URI.create(flag.group(1));
            ProbeReport report = Probing.check(TargetAddress.of(TARGET)
                    .with(Probing.PATIENT)
                    .with(new Route(
                            Optional.empty(),
                            Optional.of(InetSocketAddress.createUnresolved(given.getHost(), given.getPort())))));

            assertThat(report.failure()).isEmpty();
        }
    }

    @Test
    void aPasswordIsNotRepeatedAndThatItIsNotTakenIsSaid() throws Exception {
        assertThat(failureIn(Map.of("http_proxy", "http://me:secret@proxy:3128")))
                .endsWith("; http_proxy is set and is not used: --proxy takes no user and password, go through a proxy"
                        + " that wants none")
                .doesNotContain("secret");
    }

    @Test
    void aProxyOfAnotherKindIsNotOffered() throws Exception {
        assertThat(failureIn(Map.of("ALL_PROXY", "socks5://proxy:1080")))
                .endsWith("; ALL_PROXY is set and is not used: only HTTP proxies are supported, --proxy"
                        + " http://HOST:PORT");
    }

    @Test
    void theVariableIsThatOfTheScheme() {
        Map<String, String> environment = Map.of("HTTP_PROXY", "http://one:1", "https_proxy", "http://two:2");
        assertThat(UnusedProxy.of(BaseUrl.parse("http://a.example"), environment::get)
                        .orElseThrow())
                .contains("HTTP_PROXY", "--proxy http://one:1");
        assertThat(UnusedProxy.of(BaseUrl.parse("https://a.example"), environment::get)
                        .orElseThrow())
                .contains("https_proxy", "--proxy http://two:2");
    }

    @ParameterizedTest
    @CsvSource({
        "http://a.example,*",
        "http://a.example,'other, a.example'",
        "http://b.a.example,.a.example",
        "http://b.a.example,a.example",
        "http://a.example:8000,a.example:8000",
        "http://127.0.0.1:8000,''",
        "http://localhost:8000,''",
        "'http://[::1]:8000',''"
    })
    void whatIsNotToGoThroughAProxyIsNotSentThere(String url, String noProxy) {
        assertThat(UnusedProxy.of(
                        BaseUrl.parse(url), Map.of("http_proxy", "http://proxy:3128", "NO_PROXY", noProxy)::get))
                .isEmpty();
    }

    @Test
    void withoutAProxyInTheEnvironmentNothingIsSaid() throws Exception {
        assertThat(failureIn(Map.of("HTTP_PROXY", " ")))
                .isEqualTo("the name 'target.invalid' is not known: check its spelling, or use the address");
    }
}
