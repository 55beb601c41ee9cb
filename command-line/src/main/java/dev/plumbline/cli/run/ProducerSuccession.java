package dev.plumbline.cli.run;

/** The producer of a load, and in its place the one that goes on when its process has ended. One thread. */
final class ProducerSuccession implements LoadControl.Producer, AutoCloseable {

    private ProducerControl current;
    private final String token;
    private boolean released;

    /**
     * @param url of the first, whose load begins once it is asked for its status
     * @param token that each of them knows
     */
    ProducerSuccession(String url, String token) {
        this.token = token;
        current = new ProducerControl(url, token);
    }

    /** Asks another from now on. Its load begins once it is asked for its status. */
    void succeed(String url) {
        current.close();
        current = new ProducerControl(url, token);
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
