package mockserver_test

import (
	"fmt"
	"net/http"

	"github.com/pdsconform/pdsconform/mockserver"
)

// A client that is told to come back later is watched when it does.
func ExampleServer_AddScenario() {
	server, err := mockserver.New(mockserver.Options{})
	if err != nil {
		panic(err)
	}
	defer server.Close()
	_, err = server.AddScenario(mockserver.Scenario{
		Method: "describeServer", Times: 1, Status: http.StatusTooManyRequests, Headers: map[string]string{"Retry-After": "2"},
	})
	if err != nil {
		panic(err)
	}
	for range 2 {
		response, err := http.Get(server.URL + "/xrpc/com.atproto.server.describeServer")
		if err != nil {
			panic(err)
		}
		_ = response.Body.Close()
		fmt.Printf("%d %q\n", response.StatusCode, response.Header.Get("Retry-After"))
	}
	fmt.Println(server.Scenarios()[0].Spent)
	// Output:
	// 429 "2"
	// 200 ""
	// true
}
