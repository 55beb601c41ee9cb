package dev.plumbline.process;

import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.OptionalLong;

/** Somebody else holds the folder; the message names both. */
public final class FolderInUseException extends FileSystemException {
    private static final long serialVersionUID = 1;

    private final String owner;

    FolderInUseException(Path folder, OptionalLong ownerPid) {
        super(folder.toString(), null, "in use by " + described(ownerPid));
        this.owner = described(ownerPid);
    }

    /** {@code process 4711}, with a word when that is this one or not known. */
    public String owner() {
        return owner;
    }

    private static String described(OptionalLong pid) {
        if (pid.isEmpty()) {
            return "a process that has just started";
        }
        boolean own = pid.getAsLong() == ProcessHandle.current().pid();
        return "process " + pid.getAsLong() + (own ? ", this one" : "");
    }
}
