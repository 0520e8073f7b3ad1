package hacert.rotation;

/** Names of phases and of the steps that decisions depend on. A step is {@code PHASE.name}. */
final class Phase {
  static final String STAGE = "stage";
  static final String APPLY = "apply";
  static final String CONFIRM = "confirm";
  static final String ROLLBACK = "rollback";

  /** Puts the bundle into the state directory. */
  static final String STAGE_BUNDLE = "stage.bundle";

  /** On another node than the first: makes the key that the bundle is sealed to. */
  static final String STAGE_RECIPIENT = "stage.recipient";

  /** Removes what stands in the way, where that is asked for. */
  static final String STAGE_TIDY = "stage.tidy";

  /** Copies it to the other nodes. */
  static final String STAGE_COPY = "stage.copy";

  /** Backs up what is installed. */
  static final String STAGE_BACKUP = "stage.backup";

  /** Stops the system on all nodes, where all are started at once. */
  static final String APPLY_STOP = "apply.stop";

  /** Gives the installed files the owners and modes that they had before. */
  static final String APPLY_MODES = "apply.modes";

  /** Restarts the service with what was installed. */
  static final String APPLY_RESTART = "apply.restart";

  /** Brings the older generation's files into place. */
  static final String APPLY_RESTORE = "apply.restore";

  /** Proves the result. */
  static final String CONFIRM_PROVE = "confirm.prove";

  /** Proves the old state after a rollback. */
  static final String CONFIRM_BACK = "confirm.back";

  /** Stops the system on all nodes, where all are started at once. */
  static final String ROLLBACK_STOP = "rollback.stop";

  /** Brings this rotation's backup back. */
  static final String ROLLBACK_RESTORE = "rollback.restore";

  /** Restarts the service with what was brought back. */
  static final String ROLLBACK_RESTART = "rollback.restart";

  private Phase() {}
}
