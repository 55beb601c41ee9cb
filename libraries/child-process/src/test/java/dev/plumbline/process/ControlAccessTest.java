package dev.plumbline.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ControlAccessTest {

    private static final String TOKEN = "0123456789abcdef";
    private static final ControlAccess OPEN = ControlAccess.of(Optional.empty());
    private static final ControlAccess BY_TOKEN = ControlAccess.of(Optional.of(TOKEN));

    private static int status(ControlAccess access, String from, Map<String, String> headers) {
        TreeMap<String, String> any = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        any.putAll(headers);
        return access.refusal(from, name -> Optional.ofNullable(any.get(name.toLowerCase(Locale.ROOT))))
                .map(ControlAccess.Refusal::status)
                .orElse(0);
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, Host, 127.0.0.1:8081, 0",
        "127.0.0.1, Host, localhost, 0",
        "127.0.0.1, Host, LOCALHOST:8081, 0",
        "0:0:0:0:0:0:0:1, Host, '[::1]:8081', 0",
        "::1, Host, '[::1]', 0",
        "127.0.0.1, Content-Type, application/json, 0",
        // By a name that somebody lets point at this machine.
        "127.0.0.1, Host, evil.example:8081, 403",
        "127.0.0.1, Host, 127.0.0.1.evil.example, 403",
        "127.0.0.1, Host, 192.168.1.7:8081, 403",
        "127.0.0.1, Origin, http://evil.example, 403",
        "127.0.0.1, Origin, null, 403",
        "127.0.0.1, Origin, http://localhost:3000, 403",
        "127.0.0.1, Sec-Fetch-Site, cross-site, 403",
        "127.0.0.1, Content-Type, text/plain;charset=UTF-8, 415",
        "127.0.0.1, Content-Type, application/x-www-form-urlencoded, 415",
        "127.0.0.1, Content-Type, multipart/form-data; boundary=x, 415",
        "192.168.1.7, Host, localhost, 403",
        "fe80:0:0:0:1:2:3:4%eth0, Host, localhost, 403",
        "not-an-address, Host, localhost, 403"
    })
    void withoutATokenOnlyProgramsOnThisMachineMay(String from, String header, String value, int status) {
        assertThat(status(OPEN, from, Map.of(header, value))).isEqualTo(status);
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "192.168.1.7"})
    void withATokenWhoeverKnowsItMay(String from) {
        assertThat(status(BY_TOKEN, from, Map.of("authorization", "Bearer " + TOKEN)))
                .isZero();
        assertThat(status(BY_TOKEN, from, Map.of())).isEqualTo(401);
        assertThat(status(BY_TOKEN, from, Map.of("authorization", "Bearer " + TOKEN + "0")))
                .isEqualTo(401);
        assertThat(status(BY_TOKEN, from, Map.of("authorization", TOKEN))).isEqualTo(401);
        assertThat(BY_TOKEN.toString()).doesNotContain(TOKEN);
    }

    @Test
    void aBlankTokenIsNoneAndAWeakOneIsRefusedWithoutBeingRepeated() {
        assertThat(status(ControlAccess.of(Optional.of(" ")), "127.0.0.1", Map.of()))
                .isZero();
        assertThatThrownBy(() -> ControlAccess.of(Optional.of("hunter2")))
                .hasMessageContaining("16 or more")
                .hasMessageNotContaining("hunter2");
        assertThat(ControlAccess.randomToken()).hasSize(48).isNotEqualTo(ControlAccess.randomToken());
    }
}
