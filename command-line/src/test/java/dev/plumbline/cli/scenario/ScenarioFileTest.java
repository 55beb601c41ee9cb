package dev.plumbline.cli.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plumbline.cli.scenario.ScenarioFile.Setting;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScenarioFileTest {

    @TempDir
    private Path folder;

    @Test
    void readsSettingsListsAndMapsWithTheirLines() throws Exception {
        Path file = file("""
                # nightly
                url: http://localhost:8000
                concurrency: 8
                budget:
                  - p95(ttft)<500ms
                  - error_rate<1%
                metadata:
                  image: vllm:0.9
                  quantization: fp8
                streaming: false
                """);

        assertThat(ScenarioFile.read(file))
                .containsExactly(
                        new Setting("url", "http://localhost:8000", "", 2),
                        new Setting("concurrency", "8", "", 3),
                        new Setting("budget", "p95(ttft)<500ms", "", 5),
                        new Setting("budget", "error_rate<1%", "", 6),
                        new Setting("metadata", "vllm:0.9", "image", 8),
                        new Setting("metadata", "fp8", "quantization", 9),
                        new Setting("streaming", "false", "", 10));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "just words; expected settings",
                "url: a\\nurl: b; :2: url is given twice",
                "url:; :1: url needs a value",
                "budget: [[a]]; :1: budget needs a value",
                "url: 'a; :1: not YAML",
                "metadata: {image: {tag: 1}}; :1: metadata.image needs a value",
                "url: &here a\\nmodel: *here; :2: model is the alias of another value: write the value out",
                "url: a\\nmetadata:\\n  image: &i x\\n  tag: *i; :4: metadata.tag is the alias of another value",
                "base: &b {a: 1}\\nmetadata:\\n  <<: *b; :3: metadata.<< is the alias of another value",
                "url: a\\n---\\nurl: b; :2: a second document begins: a scenario is one, put it in a file of its own",
                "url: a\\n...\\n---\\nurl: b; :3: a second document begins",
                "url: a\\nmetadata:\\n\timage: a; :3: a tab before image: YAML wants blanks there",
                "metadata: {a: 1, a: 2}; :1: metadata.a is given twice",
                "url: a\\nmetadata:\\n  a: 1\\n  a: 2; :4: metadata.a is given twice",
                "url: a\\n? b; :2: "
            })
    void namesFileLineAndKey(String content, String words) throws IOException {
        Path file = file(content.replace("\\n", "\n"));

        assertThatThrownBy(() -> ScenarioFile.read(file))
                .isInstanceOf(ScenarioFile.Unusable.class)
                .hasMessageStartingWith(file.toString())
                .hasMessageContaining(words);
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-16", "UTF-16LE", "UTF-16BE", "UTF-32"})
    void anotherUnicodeIsNamedWithWhatToDo(String charset) throws IOException {
        Path file = Files.write(
                folder.resolve("scenario.yaml"),
                "url: http://h\nmodel: M\u00fcller\n".getBytes(Charset.forName(charset)));

        assertThatThrownBy(() -> ScenarioFile.read(file))
                .isInstanceOf(ScenarioFile.Unusable.class)
                .hasMessage(file + ":1: the file is UTF-16 or UTF-32: save it as UTF-8");
    }

    @Test
    void bytesThatAreNoTextAreNamedWithTheirLine() throws IOException {
        Path file = Files.write(
                folder.resolve("scenario.yaml"),
                "url: http://h\nmodel: M\u00fcller\n".getBytes(StandardCharsets.ISO_8859_1));

        assertThatThrownBy(() -> ScenarioFile.read(file))
                .isInstanceOf(ScenarioFile.Unusable.class)
                .hasMessage(file
                        + ":2: 'model: M' is followed by a byte that is not UTF-8 (Latin-1?): save the file as UTF-8");
    }

    @Test
    void aMarkInFrontOfUtf8AndItsLettersAreRead() throws Exception {
        assertThat(ScenarioFile.read(file("\ufeffurl: http://h\nmodel: M\u00fcller\n")))
                .containsExactly(new Setting("url", "http://h", "", 1), new Setting("model", "M\u00fcller", "", 2));
    }

    @Test
    void oneDocumentMayBeginAndEndInWords() throws Exception {
        assertThat(ScenarioFile.read(file("---\nurl: a\n...\n"))).containsExactly(new Setting("url", "a", "", 2));
    }

    @Test
    void saysThatAFileIsMissing() {
        assertThatThrownBy(() -> ScenarioFile.read(folder.resolve("none.yaml"))).hasMessageContaining("does not exist");
    }

    private Path file(String content) throws IOException {
        return Files.writeString(folder.resolve("scenario.yaml"), content);
    }
}
