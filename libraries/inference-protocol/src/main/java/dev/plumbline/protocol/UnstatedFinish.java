package dev.plumbline.protocol;

import java.util.Optional;
import java.util.function.Consumer;

/** Supplies the finish reason of a server that states none: what has content, no error and a clean end is complete. */
final class UnstatedFinish implements Consumer<StreamItem> {

    private static final StreamItem.Chunk FINISH =
            new StreamItem.Chunk(false, false, "", Optional.of("end-of-answer"), Optional.empty(), Optional.empty());

    private final Consumer<StreamItem> sink;
    private boolean content;
    private boolean told;

    UnstatedFinish(Consumer<StreamItem> sink) {
        this.sink = sink;
    }

    @Override
    public void accept(StreamItem item) {
        switch (item) {
            case StreamItem.Chunk chunk -> content |= chunk.content();
            case StreamItem.ServerError unused -> told = true;
            case StreamItem.Malformed unused -> told = true;
            case StreamItem.Done unused -> finish();
            case StreamItem.Foreign unused -> {}
            case StreamItem.Reframed unused -> {}
        }
        sink.accept(item);
    }

    private void finish() {
        if (content && !told) {
            told = true;
            sink.accept(FINISH);
        }
    }

    AnswerReader around(AnswerReader reader) {
        return new AnswerReader() {
            @Override
            public void feed(byte[] bytes, int offset, int length) {
                reader.feed(bytes, offset, length);
            }

            @Override
            public void end(boolean cleanly) {
                reader.end(cleanly);
                if (cleanly) {
                    finish();
                }
            }

            @Override
            public boolean isStream() {
                return reader.isStream();
            }
        };
    }
}
