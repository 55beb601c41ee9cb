package dev.plumbline.workload;

import java.util.Optional;

/**
 * The shapes of a class of requests whose texts are made here.
 *
 * @param prompts how long a message of the user is, in words
 * @param answers the longest answer to it, in tokens
 * @param prefixes what its prompts begin with
 * @param cacheBust whether each request begins with words that no other has, so that no prefix cache helps, not even between the
 *     turns of a session
 */
record GeneratedClass(
        RequestClass of,
        Length prompts,
        Length answers,
        Optional<PrefixPool> prefixes,
        Dialogue dialogue,
        boolean cacheBust,
        Optional<Tenants> tenants) {

    /** The most that one request of it may take. */
    Largest largest() {
        long first = prefixes.map(pool -> pool.words().most()).orElse(0L)
                + prompts.most()
                + (cacheBust ? Vocabulary.BEGINNING : 0);
        long ofAgents = dialogue.subAgents().map(each -> each.answers().most()).orElse(0L);
        long most = dialogue.history() == Dialogue.History.DELTA
                ? Math.max(first, longestResult(ofAgents))
                : Math.max(first + longestBehindFirst(ofAgents), longestOfAgent());
        return new Largest(most, (int) Math.max(answers.most(), ofAgents));
    }

    private long longestResult(long ofAgents) {
        long ofTools = Math.max(
                dialogue.tools().map(each -> each.results().most()).orElse(0L),
                dialogue.subAgents().map(each -> each.results().most()).orElse(0L));
        return GeneratedSession.LABEL_WORDS
                + Math.max(ofTools, ofAgents)
                + (cacheBust ? Vocabulary.BEGINNING : 0)
                + dialogue.subAgents().map(each -> each.tasks().most()).orElse(0L);
    }

    /** All that comes to the first message by the end of a session. */
    private long longestBehindFirst(long ofAgents) {
        long label = GeneratedSession.LABEL_WORDS;
        long ofTools = dialogue.tools()
                .map(each -> each.calls().most() * (label + each.results().most() + answers.most()))
                .orElse(0L);
        long ofResults = dialogue.subAgents()
                .map(each -> each.count().most() * (label + ofAgents + answers.most()))
                .orElse(0L);
        long turns = dialogue.turns().most();
        return !dialogue.hasFurtherTurns()
                ? 0
                : turns * (answers.most() + ofTools + ofResults) + (turns - 1) * prompts.most();
    }

    private long longestOfAgent() {
        return dialogue.subAgents()
                .map(each -> each.tasks().most()
                        + (cacheBust ? Vocabulary.BEGINNING : 0)
                        + each.turns().most()
                                * (GeneratedSession.LABEL_WORDS
                                        + each.results().most()
                                        + each.answers().most()))
                .orElse(0L);
    }
}
