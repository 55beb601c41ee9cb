package dev.plumbline.protocol;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a server said in words, as people may read it: one line of at most {@value #MOST_CHARACTERS} characters. It ends where
 * the echo of a prompt or an answer itself would begin, so that neither gets into an event.
 */
public final class Words {

    static final int MOST_CHARACTERS = 200;

    private static final int MOST_BYTES = 4 * MOST_CHARACTERS;
    private static final Pattern GAP = Pattern.compile("[\\p{Cntrl}\\s]+");
    private static final Pattern ECHO =
            Pattern.compile("'input'|\"(?:input|prompt|messages|response|content|text|output"
                    + "|completion|generated_text|answer|thinking)\"\\s*:");
    private static final Pattern TITLE = Pattern.compile("(?is)<title[^>]*>(.*?)</title>");
    private static final Pattern NOT_READ = Pattern.compile("(?is)<(script|style)[^>]*>.*?</\\1>|<[^>]*>");

    private Words() {}

    /**
     * What the body of an error says: its message in whichever of the usual places, else its title or its text.
     *
     * @return one line; empty when there is none
     */
    public static Optional<String> ofErrorBody(String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        Optional<String> message =
                looksLikeAnObject(bytes, 0, bytes.length) ? ErrorBody.messageOf(bytes) : Optional.empty();
        return message.or(() -> body.stripLeading().startsWith("<")
                ? Optional.of(ofPage(bytes)).filter(said -> !said.isEmpty())
                : present(body));
    }

    /** A text as one line. */
    static String of(String said) {
        String line = GAP.matcher(said.length() > MOST_BYTES ? said.substring(0, MOST_BYTES) : said)
                .replaceAll(" ")
                .strip();
        java.util.regex.Matcher echo = ECHO.matcher(line);
        if (echo.find()) {
            line = line.substring(0, echo.start());
        }
        return line.length() <= MOST_CHARACTERS ? line : line.substring(0, MOST_CHARACTERS);
    }

    /** The beginning of a body as one line. */
    static String of(byte[] bytes, int offset, int length) {
        return of(new String(bytes, offset, Math.min(length, MOST_BYTES), StandardCharsets.UTF_8));
    }

    /** A text as one line; empty when nothing is left of it. */
    static Optional<String> present(String said) {
        return Optional.of(of(said)).filter(line -> !line.isEmpty());
    }

    /** What a web page says: its title, else its text. */
    static String ofPage(byte[] bytes) {
        String page = new String(bytes, StandardCharsets.UTF_8);
        java.util.regex.Matcher title = TITLE.matcher(page);
        String said = title.find() ? of(title.group(1)) : "";
        return said.isEmpty() ? of(NOT_READ.matcher(page).replaceAll(" ")) : said;
    }

    /** Whether it begins as a JSON object or list does. */
    static boolean looksLikeAnObject(byte[] bytes, int offset, int length) {
        for (int i = offset; i < offset + length; i++) {
            if (bytes[i] > ' ') {
                return bytes[i] == '{' || bytes[i] == '[';
            }
        }
        return false;
    }
}
