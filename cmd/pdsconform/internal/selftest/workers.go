package selftest

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"sync"
	"time"

	"github.com/pdsconform/pdsconform/mockserver"
)

// Trying is how one defect is tried.
type Trying func(ctx context.Context, defect string) Trial

// All tries the defects with as many workers as there are ways to try, and
// tells how it goes, one trial at a time. Trials come in the order of the
// defects.
func All(ctx context.Context, defects []mockserver.Defect, workers []Trying, tried func(Trial)) []Trial {
	trials := make([]Trial, len(defects))
	next := make(chan int)
	var mutex sync.Mutex
	var group sync.WaitGroup
	for _, try := range workers {
		group.Go(func() {
			for i := range next {
				trials[i] = try(ctx, defects[i].ID)
				mutex.Lock()
				tried(trials[i])
				mutex.Unlock()
			}
		})
	}
	for i := range defects {
		next <- i
	}
	close(next)
	group.Wait()
	return trials
}

// Worker is a process that tries one defect after another: it is told an ID a
// line, and answers with a trial a line.
type Worker struct {
	command *exec.Cmd
	defects io.WriteCloser
	trials  *bufio.Reader
}

// patience is how long a worker may take to end once it is told nothing more.
const patience = 5 * time.Second

// StartWorker starts a command that serves by Serve on its standard input and
// output. The caller has to Close the worker.
func StartWorker(ctx context.Context, command *exec.Cmd) (*Worker, error) {
	defects, err := command.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("start a worker: %w", err)
	}
	trials, err := command.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start a worker: %w", err)
	}
	command.WaitDelay = patience
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("start a worker: %w", err)
	}
	context.AfterFunc(ctx, func() { _ = defects.Close() })
	return &Worker{command, defects, bufio.NewReader(trials)}, nil
}

// Try has the worker try a defect. A worker that has died leaves no verdict on
// it, nor on any later one.
func (w *Worker) Try(_ context.Context, defect string) Trial {
	broken := func(err error) Trial {
		return Trial{Defect: defect, Failures: []Failure{}, Broken: "the worker process ended: " + err.Error()}
	}
	if _, err := fmt.Fprintln(w.defects, defect); err != nil {
		return broken(err)
	}
	line, err := w.trials.ReadBytes('\n')
	if err != nil {
		return broken(err)
	}
	var trial Trial
	if err := json.Unmarshal(line, &trial); err != nil {
		return broken(err)
	}
	return trial
}

// Close ends the worker.
func (w *Worker) Close() error {
	_ = w.defects.Close()
	return w.command.Wait()
}

// Serve is the other end of a Worker.
func Serve(ctx context.Context, try Trying, defects io.Reader, trials io.Writer) error {
	lines := bufio.NewScanner(defects)
	answers := json.NewEncoder(trials)
	for lines.Scan() {
		if err := answers.Encode(try(ctx, lines.Text())); err != nil {
			return fmt.Errorf("answer with a trial: %w", err)
		}
	}
	return lines.Err()
}
