// go_fetch: what Go's net/http does with a web server.
//
//	go_fetch URL COUNT
//
// URL is a server with /file.txt ("0123456789"), /big and /echo. COUNT goroutines share kept connections: whole files, ranges, conditions, HEAD,
// POST after 100 Continue, POST of unknown length, and requests that are given up. Prints how many connections were made, and "well".
package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const rounds = 10

var connections int64

func must(ok bool, what ...any) {
	if !ok {
		fmt.Println(what...)
		os.Exit(1)
	}
}

func do(client *http.Client, method, url string, body io.Reader, fields ...string) (*http.Response, []byte) {
	req, err := http.NewRequest(method, url, body)
	must(err == nil, err)
	for i := 0; i < len(fields); i += 2 {
		req.Header.Set(fields[i], fields[i+1])
	}
	resp, err := client.Do(req)
	must(err == nil, method, url, err)
	defer resp.Body.Close()
	content, err := io.ReadAll(resp.Body)
	must(err == nil, method, url, err)
	return resp, content
}

// A request that is given up while its content arrives.
func giveUp(client *http.Client, url string) {
	ctx, cancel := context.WithCancel(context.Background())
	req, _ := http.NewRequestWithContext(ctx, "GET", url, nil)
	resp, err := client.Do(req)
	must(err == nil, err)
	io.ReadFull(resp.Body, make([]byte, 1000))
	cancel()
	resp.Body.Close()
}

func one(client *http.Client, url string) {
	resp, content := do(client, "GET", url+"/file.txt", nil)
	must(resp.StatusCode == 200 && string(content) == "0123456789", resp.Status)
	resp, _ = do(client, "GET", url+"/file.txt", nil, "If-None-Match", resp.Header.Get("ETag"))
	must(resp.StatusCode == 304, resp.Status)
	resp, content = do(client, "GET", url+"/file.txt", nil, "Range", "bytes=2-4")
	must(resp.StatusCode == 206 && string(content) == "234", resp.Status)
	resp, content = do(client, "HEAD", url+"/big", nil)
	must(resp.StatusCode == 200 && len(content) == 0 && resp.ContentLength > 1000000, resp.Status)
	resp, _ = do(client, "GET", url+"/absent", nil)
	must(resp.StatusCode == 404, resp.Status)
	resp, content = do(client, "POST", url+"/echo", strings.NewReader("counted"), "Expect", "100-continue")
	must(resp.StatusCode == 200 && bytes.Contains(content, []byte("counted")), resp.Status)
	resp, content = do(client, "POST", url+"/echo", io.MultiReader(strings.NewReader("of unknown length")))
	must(resp.StatusCode == 200 && bytes.Contains(content, []byte("of unknown length")), resp.Status)
	resp, content = do(client, "GET", url+"/big", nil)
	must(int64(len(content)) == resp.ContentLength, len(content))
	giveUp(client, url+"/big")
}

func main() {
	count, _ := strconv.Atoi(os.Args[2])
	dialer := net.Dialer{}
	client := &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{
		MaxIdleConnsPerHost: count, ExpectContinueTimeout: 10 * time.Second,
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			atomic.AddInt64(&connections, 1)
			return dialer.DialContext(ctx, network, address)
		}}}
	var all sync.WaitGroup
	for i := 0; i < count; i++ {
		all.Add(1)
		go func() {
			defer all.Done()
			for j := 0; j < rounds; j++ {
				one(client, os.Args[1])
			}
		}()
	}
	all.Wait()
	fmt.Println(connections, "well")
}
