package dev.plumbline.workload.dataset;

import dev.plumbline.protocol.EndpointType;
import dev.plumbline.workload.Datasets;
import dev.plumbline.workload.Largest;
import dev.plumbline.workload.Length;
import dev.plumbline.workload.OpenedWorkload;
import dev.plumbline.workload.RequestClass;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Datasets that classes of a workload name. It keeps the digest of each that it has read: equal texts of a workload file are equal
 * work only with equal datasets.
 *
 * <p>One thread.
 */
public final class ClassDatasets implements Datasets {

    /** Of entries that state no longest answer, as of a load without classes. */
    private static final Length ANSWERS = new Length(64, 6);

    private final Reader reader;
    private final Map<String, String> digests = new TreeMap<>();
    private final List<DatasetFacts> opened = new ArrayList<>();

    /** Reads one; whoever has files opens it there. */
    @FunctionalInterface
    public interface Reader {
        /**
         * @param dataset as it is written in the workload file
         * @throws IOException if it cannot be read
         */
        Dataset read(String dataset, DatasetChoice choice) throws IOException;
    }

    public ClassDatasets(Reader reader) {
        this.reader = reader;
    }

    @Override
    public OpenedWorkload open(RequestClass of, String dataset, long seed) {
        try {
            Dataset read = reader.read(dataset, DatasetChoice.RECOGNIZED);
            DatasetFacts facts = read.facts();
            digests.put("dataset of " + of.name(), facts.digest());
            opened.add(facts);
            long answer = facts.mostTokens(ANSWERS.most());
            return new OpenedWorkload(
                    new DatasetWorkload(of, read, Order.FILE, seed, ANSWERS),
                    new Largest((facts.worstPromptTokens(answer) + 1) / 2, (int) answer));
        } catch (UnusableDataset e) {
            throw new IllegalArgumentException(String.valueOf(e.getMessage()), e);
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "cannot read " + dataset + " (" + e.getClass().getSimpleName()
                            + "): give a file beside the workload's",
                    e);
        }
    }

    /** Why an API cannot be asked all of what was opened, with its place; empty where it can. */
    public Optional<String> refusal(EndpointType type) {
        return opened.stream().flatMap(facts -> facts.refusal(type).stream()).findFirst();
    }

    /** Digest of what each class asks whose dataset was opened, as {@code dataset of NAME}. */
    public Map<String, String> digests() {
        return Collections.unmodifiableMap(digests);
    }
}
