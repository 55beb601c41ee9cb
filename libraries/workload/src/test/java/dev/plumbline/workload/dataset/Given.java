package dev.plumbline.workload.dataset;

import dev.plumbline.protocol.Ask;
import dev.plumbline.workload.Length;
import dev.plumbline.workload.RequestClass;
import dev.plumbline.workload.Session;
import dev.plumbline.workload.Workload;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Datasets of tests. */
final class Given {

    private Given() {}

    static byte[] golden(String file) {
        try (InputStream in = Given.class.getResourceAsStream("/datasets/" + file)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Dataset dataset(byte[] bytes, String name, DatasetChoice choice) {
        try {
            return Dataset.read(name, new ByteArrayInputStream(bytes)::read, choice);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Dataset dataset(String text) {
        return dataset(text, DatasetChoice.RECOGNIZED);
    }

    static Dataset dataset(String text, DatasetChoice choice) {
        return dataset(text.getBytes(StandardCharsets.UTF_8), "x", choice);
    }

    static Workload inOrder(Dataset dataset) {
        return new DatasetWorkload(new RequestClass("chat"), dataset, Order.FILE, 1, Length.of(64));
    }

    /** What a session asks whose answers are A1, A2, and so on. */
    static List<Session.Turn> turns(Workload workload, long ordinal) {
        Session session = workload.session(ordinal);
        List<Session.Turn> turns = new ArrayList<>();
        Optional<Session.Turn> turn = session.next(Optional.empty());
        while (turn.isPresent()) {
            turns.add(turn.get());
            turn = session.next(workload.readsAnswers() ? Optional.of("A" + turns.size()) : Optional.empty());
        }
        return turns;
    }

    /** All that one pass over a dataset asks, a line for each turn. */
    static List<String> asked(Dataset dataset) {
        Workload workload = inOrder(dataset);
        List<String> lines = new ArrayList<>();
        for (int ordinal = 0; ordinal < dataset.facts().conversations(); ordinal++) {
            StringBuilder line = new StringBuilder();
            for (Session.Turn turn : turns(workload, ordinal)) {
                line.append(line.isEmpty() ? "" : " => ").append(written(turn));
            }
            lines.add(line.toString());
        }
        return lines;
    }

    private static String written(Session.Turn turn) {
        Ask ask = turn.ask();
        StringBuilder text = new StringBuilder();
        if (turn.thinkNanos() > 0) {
            text.append("after ").append(turn.thinkNanos()).append(' ');
        }
        ask.body().ifPresent(body -> text.append(body.json()));
        for (Ask.Message message : ask.messages()) {
            text.append(text.isEmpty() || text.toString().endsWith(" ") ? "" : " | ")
                    .append(message.role().name().charAt(0))
                    .append(':')
                    .append(message.text().replace("\n", "\\n"));
        }
        if (!ask.extra().isEmpty()) {
            text.append(' ').append(ask.extra().json());
        }
        return text.append(" [").append(ask.maxTokens()).append(']').toString();
    }
}
