package mockserver

func behaviourDefects() []defect { return nil }
