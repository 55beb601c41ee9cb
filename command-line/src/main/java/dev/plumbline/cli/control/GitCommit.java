package dev.plumbline.cli.control;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** The commit that a folder is at, as git tells it. */
final class GitCommit {

    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(2);
    private static final Pattern HASH = Pattern.compile("[0-9a-f]{7,64}");

    private GitCommit() {}

    /** Empty when the folder is in no repository, there is no commit, or there is no git. */
    static Optional<String> of(Path folder) throws InterruptedException {
        Process git;
        try {
            git = new ProcessBuilder("git", "rev-parse", "--short=12", "HEAD")
                    .directory(folder.toFile())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            return Optional.empty();
        }
        try {
            if (!git.waitFor(ANSWER_WITHIN.toMillis(), TimeUnit.MILLISECONDS)) {
                return Optional.empty();
            }
            String answer = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            return Optional.of(answer).filter(text -> HASH.matcher(text).matches());
        } catch (IOException e) {
            return Optional.empty();
        } finally {
            git.destroyForcibly();
        }
    }
}
