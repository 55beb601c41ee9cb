package dev.plumbline.cli.run;

/** The producer of a load, and in its place the one that goes on when its process has ended. One thread. */
final class ProducerSuccession implements LoadControl.Producer, AutoCloseable {

    private ProducerControl current;
    private boolean released;

    /** @param url of the first, whose load begins once it is asked for its status */
    ProducerSuccession(String url) {
        current = new ProducerControl(url);
    }

    /** Asks another from now on. Its load begins once it is asked for its status. */
    void succeed(String url) {
        current.close();
        current = new ProducerControl(url);
        released = false;
    }

    @Override
    public ProducerControl.Status status() throws InterruptedException {
        if (!released) {
            current.release();
            released = true;
        }
        return current.status();
    }

    @Override
    public void end() throws InterruptedException {
        current.end();
    }

    @Override
    public void close() {
        current.close();
    }
}
