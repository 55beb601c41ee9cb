package dev.plumbline.reports;

import java.util.List;

/**
 * What lies in the folder beside the document that says so.
 *
 * @param files by name
 * @param dropped what was deleted because the budget was used up
 * @param unwritten lines of the growing files that could not be written
 */
record FolderContents(List<StoredFile> files, List<Dropped> dropped, long unwritten) {

    FolderContents {
        files = List.copyOf(files);
        dropped = List.copyOf(dropped);
    }

    /** A file and its size. */
    record StoredFile(String name, long bytes) {}
}
