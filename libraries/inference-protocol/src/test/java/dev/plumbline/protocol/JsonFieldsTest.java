package dev.plumbline.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonFieldsTest {

    @Test
    void valuesKeepTheirText() {
        JsonFields fields = JsonFields.parse(
                " { \"a\" : 1.50 , \"b\":\"x \\\"y\\\" \\u00e9\", \"c\": [1, {\"d\": null}] ,\"e\":true,\"f\":-0.0e+10}\n");
        assertThat(fields.names()).containsExactly("a", "b", "c", "e", "f");
        assertThat(fields.json("a")).contains("1.50");
        assertThat(fields.json("b")).contains("\"x \\\"y\\\" \\u00e9\"");
        assertThat(fields.json("c")).contains("[1, {\"d\": null}]");
        assertThat(fields.json("e")).contains("true");
        assertThat(fields.json("f")).contains("-0.0e+10");
        assertThat(fields.json("g")).isEmpty();
    }

    /** A parser reads long texts in pieces. */
    @Test
    void longValuesAreCutWhereTheyEnd() {
        String text = "\"" + "wörter \\\" und 😀 ".repeat(10_000) + "\"";
        JsonFields fields = JsonFields.parse("{\"before\":" + text + ",\"n\":12345,\"after\":" + text + "}");
        assertThat(fields.json("before")).contains(text);
        assertThat(fields.json("n")).contains("12345");
        assertThat(fields.json("after")).contains(text);
    }

    @Test
    void objectsAreMergedMemberByMember() {
        JsonFields fields = JsonFields.parse("{\"options\":{\"a\":1,\"b\":{\"c\":2}},\"x\":1}")
                .with(JsonFields.parse("{\"options\":{\"b\":{\"d\":3},\"e\":4},\"x\":[2]}"));
        assertThat(fields.json("options")).contains("{\"a\":1,\"b\":{\"c\":2,\"d\":3},\"e\":4}");
        assertThat(fields.json("x")).contains("[2]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "[1]", "3", "{\"a\":1", "{\"a\":}", "{\"a\":1}}", "{\"a\":1} x", "{\"a\":1,\"a\":2}", "{a:1}"
            })
    void whatIsNotOneObjectIsRefusedInOneLine(String text) {
        assertThatThrownBy(() -> JsonFields.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .isNotBlank()
                .doesNotContain("\n");
    }

    @ParameterizedTest
    @CsvSource({"me, is not JSON", "'', is empty", "'1 2', has something behind", "'\"a', is not JSON"})
    void whatIsNotOneValueIsRefused(String text, String why) {
        assertThatThrownBy(() -> JsonFields.of("a", text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(why);
    }

    @Test
    void aListOfTextsIsReadAsItWasWritten() {
        List<String> texts = List.of("\n", "a,\"b\"", " ");
        assertThat(JsonFields.texts(JsonFields.list(texts))).isEqualTo(texts);
        assertThatThrownBy(() -> JsonFields.texts("[1]")).hasMessageContaining("not a text");
        assertThatThrownBy(() -> JsonFields.texts("\"a\"")).hasMessageContaining("not a JSON list");
    }

    @Test
    void valuesReachNoLog() {
        assertThat(JsonFields.of("user", "\"secret\"").toString())
                .doesNotContain("secret")
                .contains("user");
    }
}
