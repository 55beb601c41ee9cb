package dev.plumbline.workload.trace;

import dev.plumbline.protocol.Ask;
import dev.plumbline.workload.RequestClass;
import dev.plumbline.workload.Salt;
import dev.plumbline.workload.Session;
import dev.plumbline.workload.Workload;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Asks what a trace says: the session with an ordinal is its row in a replay by time, and its session in one by session. Behind the
 * last one the trace begins anew, with other words.
 *
 * <p>A row's prompt has as many words as the row had tokens. Where its blocks are known, each block is text that its id decides;
 * else the whole is decided by the row. The first {@value #SALTED_WORDS} words of each prompt are decided by the salt, too; prompts
 * that begin with the same block have them in common.
 */
public final class TraceWorkload implements Workload {

    /** Words of the first block that the salt decides. */
    static final int SALTED_WORDS = 8;

    private final Replay replay;
    private final RequestClass whole;
    private final Map<String, RequestClass> classes;
    private final long seed;
    private final long salt;
    private final List<List<Integer>> sessions;

    /**
     * @param whole of all rows, where they are not of several
     * @param seed of the words
     */
    public TraceWorkload(Replay replay, RequestClass whole, long seed) {
        this(replay, whole, classes(replay), seed, 0, sessions(replay));
    }

    private TraceWorkload(
            Replay replay,
            RequestClass whole,
            Map<String, RequestClass> classes,
            long seed,
            long salt,
            List<List<Integer>> sessions) {
        this.replay = replay;
        this.whole = whole;
        this.classes = classes;
        this.seed = seed;
        this.salt = salt;
        this.sessions = sessions;
    }

    private static Map<String, RequestClass> classes(Replay replay) {
        Map<String, RequestClass> classes = new LinkedHashMap<>();
        replay.classes().keySet().forEach(name -> classes.put(name, new RequestClass(name)));
        return classes;
    }

    @Override
    public List<RequestClass> classes() {
        return classes.isEmpty() ? List.of(whole) : List.copyOf(classes.values());
    }

    private RequestClass classOf(int row) {
        return replay.classOf(row).map(classes::get).orElse(whole);
    }

    /** Rows of each session; none where each row is one. */
    private static List<List<Integer>> sessions(Replay replay) {
        return replay.mode() == Replay.Mode.OPEN ? List.of() : replay.trace().sessions();
    }

    /** How many sessions the trace is, each asked once. */
    public int sessionCount() {
        return replay.mode() == Replay.Mode.OPEN ? replay.trace().rows().size() : sessions.size();
    }

    @Override
    public Session session(long ordinal) {
        int count = sessionCount();
        int index = (int) (ordinal % count);
        long pass = ordinal / count;
        long ofPass = pass == 0 ? salt : Salt.mixed(salt, pass);
        return sessions.isEmpty()
                ? Session.ofOne(classOf(index), ask(index, ofPass))
                : new Turns(sessions.get(index), ofPass);
    }

    @Override
    public boolean readsAnswers() {
        return false;
    }

    @Override
    public boolean tellsOrdinals() {
        return true;
    }

    @Override
    public Workload salted(long salt) {
        return new TraceWorkload(replay, whole, classes, seed, salt, sessions);
    }

    private Ask ask(int row, long ofPass) {
        return Ask.of(prompt(row, ofPass), replay.trace().rows().get(row).outputTokens());
    }

    private String prompt(int index, long ofPass) {
        TraceRow row = replay.trace().rows().get(index);
        int words = row.promptTokens();
        int blockWords = replay.trace().blockTokens();
        TraceText text = new TraceText(words);
        for (int block = 0; block < row.blocks().size() && words > 0; block++) {
            int ofBlock = Math.min(words, blockWords);
            text.block(row.blocks().id(block), seed, ofBlock, block == 0 ? SALTED_WORDS : 0, ofPass);
            words -= ofBlock;
        }
        long own = Salt.mixed(Salt.mixed(seed, "row"), index);
        text.add(words, own, row.blocks().size() == 0 ? SALTED_WORDS : 0, Salt.mixed(own, ofPass));
        return text.toString();
    }

    /** A session's rows, one after the other. */
    private final class Turns implements Session {

        private final List<Integer> rows;
        private final long ofPass;
        private int next;

        Turns(List<Integer> rows, long ofPass) {
            this.rows = rows;
            this.ofPass = ofPass;
        }

        @Override
        public RequestClass requestClass() {
            return classOf(rows.getFirst());
        }

        @Override
        public Optional<Turn> next(Optional<String> lastAnswer) {
            if (isOver()) {
                return Optional.empty();
            }
            List<TraceRow> all = replay.trace().rows();
            long thinkNanos = next == 0 ? 0 : replay.pauseNanos(all.get(rows.get(next - 1)), all.get(rows.get(next)));
            return Optional.of(new Turn(ask(rows.get(next++), ofPass), thinkNanos));
        }

        @Override
        public boolean isOver() {
            return next == rows.size();
        }
    }
}
