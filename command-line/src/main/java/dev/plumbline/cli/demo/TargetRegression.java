package dev.plumbline.cli.demo;

import dev.plumbline.cli.outcome.ExitCode;
import dev.plumbline.cli.stack.PipeClient;
import dev.plumbline.cli.stack.StackFailure;
import dev.plumbline.probe.http.SideAnswer;

/**
 * A regression of the simulated target.
 *
 * @param json what changes
 */
record TargetRegression(String json) {

    /**
     * Switches it on.
     *
     * @param targetUrl where the target serves HTTP
     * @param token that the target was started with
     * @throws StackFailure if the target does not take it
     */
    void switchOn(String targetUrl, String token) throws InterruptedException {
        SideAnswer answer = new PipeClient().postJson(targetUrl + "/admin/regressions", json, token);
        if (answer.status() / 100 != 2) {
            throw new StackFailure(
                    ExitCode.INFRASTRUCTURE,
                    "the target refused the regression with " + answer.status() + ": " + answer.text());
        }
    }
}
