package dev.plumbline.workload.dataset;

import dev.plumbline.protocol.Ask;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** What a dataset asks, as a short number: the same for the same questions, whatever file and format they came in. */
final class Fingerprint {

    private static final int SHOWN_BYTES = 8;

    private final MessageDigest digest;

    private Fingerprint() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** 16 hexadecimal digits. */
    static String of(List<Conversation> conversations) {
        Fingerprint fingerprint = new Fingerprint();
        for (Conversation conversation : conversations) {
            fingerprint.number(conversation.questions().size());
            fingerprint.number(conversation.grows() ? 1 : 0);
            conversation.questions().forEach(fingerprint::question);
        }
        return HexFormat.of().formatHex(fingerprint.digest.digest(), 0, SHOWN_BYTES);
    }

    private void question(Conversation.Question question) {
        number(question.maxTokens().orElse(0));
        number(question.thinkNanos());
        text(question.extra().json());
        text(question.body().map(body -> body.json()).orElse(""));
        number(question.messages().size());
        for (Ask.Message message : question.messages()) {
            text(message.role().name());
            text(message.text());
        }
    }

    private void number(long value) {
        digest.update(ByteBuffer.allocate(Long.BYTES).putLong(value).array());
    }

    private void text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        number(bytes.length);
        digest.update(bytes);
    }
}
