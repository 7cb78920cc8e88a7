module github.com/pdsconform/pdsconform

go 1.26
