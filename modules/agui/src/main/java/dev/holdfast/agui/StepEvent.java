package dev.holdfast.agui;

/** A named step of the run; a step's name is unique among the open steps of its owner. */
public sealed interface StepEvent extends AguiEvent {
  String stepName();

  record Started(String stepName, Extras extras) implements StepEvent {
    @Override
    public EventType type() {
      return EventType.STEP_STARTED;
    }

    @Override
    public Started with(Extras changed) {
      return new Started(stepName, changed);
    }
  }

  record Finished(String stepName, Extras extras) implements StepEvent {
    @Override
    public EventType type() {
      return EventType.STEP_FINISHED;
    }

    @Override
    public Finished with(Extras changed) {
      return new Finished(stepName, changed);
    }
  }
}
