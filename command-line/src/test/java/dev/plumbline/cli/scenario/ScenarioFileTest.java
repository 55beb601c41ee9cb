package dev.plumbline.cli.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plumbline.cli.scenario.ScenarioFile.Setting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
                "metadata: {image: {tag: 1}}; :1: metadata.image needs a value"
            })
    void namesFileLineAndKey(String content, String words) throws IOException {
        Path file = file(content.replace("\\n", "\n"));

        assertThatThrownBy(() -> ScenarioFile.read(file))
                .isInstanceOf(ScenarioFile.Unusable.class)
                .hasMessageStartingWith(file.toString())
                .hasMessageContaining(words);
    }

    @Test
    void saysThatAFileIsMissing() {
        assertThatThrownBy(() -> ScenarioFile.read(folder.resolve("none.yaml"))).hasMessageContaining("does not exist");
    }

    private Path file(String content) throws IOException {
        return Files.writeString(folder.resolve("scenario.yaml"), content);
    }
}
