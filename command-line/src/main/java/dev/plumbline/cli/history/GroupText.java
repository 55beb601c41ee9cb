package dev.plumbline.cli.history;

import dev.plumbline.contract.series.ComparisonGroup;

/** A comparison group for people: target/model/scenario/load, with the tenant where it is not the default one. */
final class GroupText {

    private GroupText() {}

    static String of(ComparisonGroup group) {
        return group.target() + "/" + group.model() + "/" + group.scenario() + "/"
                + group.loadPoint().key()
                + (group.tenant().equals("default") ? "" : "/" + group.tenant());
    }
}
