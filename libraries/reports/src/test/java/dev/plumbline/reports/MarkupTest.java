package dev.plumbline.reports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class MarkupTest {

    @Test
    void everyTextIsEscaped() {
        assertThat(new Markup()
                        .element("a", "<&>\"'\u0000\ud800\ufffe\n\ud83d\ude00", "title", "\"<\n&'")
                        .toString())
                .isEqualTo("<a title=\"&quot;&lt; &amp;'\">&lt;&amp;&gt;\"'\ufffd\ufffd\ufffd\n\ud83d\ude00</a>");
    }

    @Test
    void whatIsNotEndedIsAMistakeOfOurs() {
        assertThatThrownBy(() -> new Markup().begin("a").toString()).hasMessageContaining("not ended: [a]");
        assertThatThrownBy(() -> new Markup().empty("a", "b")).hasMessageContaining("not pairs");
    }
}
