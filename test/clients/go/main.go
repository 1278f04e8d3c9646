// The official Go SDK, unchanged, takes a task through its life with v3 and with v5; every answer is decoded into its models.
//
// Run by scripts/test-clients.mjs, which says where the backend is (DRS_READY) and where its data directory is (DRS_DATA).
// Rows are compared by the test of the Python SDK: Go's standard library has no PostgreSQL driver.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth/basic"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/sdkerr"
	v3 "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/drs/v3"
	m3 "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/drs/v3/model"
	v5 "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/drs/v5"
	m5 "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/drs/v5/model"
)

var steps int

func step(text string) {
	steps++
	fmt.Println("  " + text)
}

func must[T any](value T, err error) T {
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	return value
}

func require(holds bool, text string, values ...any) {
	if !holds {
		fmt.Printf(text+"\n", values...)
		os.Exit(1)
	}
}

// read makes a model of JSON, as strictly as the SDK reads answers.
func read[T any](text string) *T {
	var model T
	must(0, json.Unmarshal([]byte(text), &model))
	return &model
}

func until(what string, holds func() bool) {
	for end := time.Now().Add(time.Minute); !holds(); time.Sleep(300 * time.Millisecond) {
		require(time.Now().Before(end), "not so within a minute: %s", what)
	}
}

func contents(parts ...string) string {
	return strings.TrimSpace(string(must(os.ReadFile(filepath.Join(append([]string{os.Getenv("DRS_DATA")}, parts...)...)))))
}

type ready struct {
	Endpoint  string `json:"endpoint"`
	ProjectID string `json:"project_id"`
	AccessKey string `json:"access_key"`
	SecretKey string `json:"secret_key"`
}

// The source is the demo's; at the target a database that has no tables yet.
var databases = map[string]string{"source": "shop", "target": "postgres"}

// login is one of them, as fields of JSON.
func login(server string) string {
	identity := *read[map[string]any](contents("identity.json"))
	return fmt.Sprintf(`"db_type": "postgresql", "ip": "127.0.0.1", "db_port": %s, "db_user": "postgres", "db_password": %q, "db_name": %q`,
		contents(server+".port"), identity["databasePassword"], databases[server])
}

func lifeV3(client *v3.DrsClient) {
	made := must(client.BatchCreateJobs(&m3.BatchCreateJobsRequest{Body: read[m3.BatchCreateJobReq](fmt.Sprintf(`{"jobs": [{
		"name": "go-v3", "db_use_type": "sync", "engine_type": "postgresql", "job_direction": "non-dbs", "net_type": "eip",
		"node_type": "micro", "task_type": "FULL_INCR_TRANS", "customize_sutnet_id": "subnet",
		"source_endpoint": {%s}, "target_endpoint": {%s}}]}`, login("source"), login("target")))}))
	id := (*made.Results)[0].Id
	step("v3 create")
	reaches := func(status string) {
		until("v3 "+status, func() bool {
			body := &m3.BatchQueryJobReqPage{Jobs: []string{id}}
			answer := must(client.BatchListJobStatus(&m3.BatchListJobStatusRequest{Body: body}))
			return (*answer.Results)[0].Status.Value() == status
		})
		step("v3 " + status)
	}
	reaches("CONFIGURATION")
	for server, role := range map[string]string{"source": "so", "target": "ta"} {
		body := read[m3.BatchTestConnectionReq](fmt.Sprintf(`{"jobs": [{"id": %q, "net_type": "eip", "end_point_type": %q, %s}]}`, id, role, login(server)))
		tested := must(client.BatchValidateConnections(&m3.BatchValidateConnectionsRequest{Body: body}))
		require(*(*tested.Results)[0].Success, "v3 connection of the %s", server)
	}
	step("v3 connections")
	objects := read[m3.BatchUpdateDatabaseObjectReq](fmt.Sprintf(`{"jobs": [{"job_id": %q, "selected": true,
		"job": [{"object_type": "table", "id": "public.events", "object_name": "events", "parent_id": "shop", "select": "true"}]}]}`, id))
	chosen := must(client.BatchSetObjects(&m3.BatchSetObjectsRequest{Body: objects}))
	require(*(*chosen.Results)[0].Status, "v3 objects")
	must(client.BatchCheckJobs(&m3.BatchCheckJobsRequest{Body: read[m3.BatchPrecheckReq](fmt.Sprintf(`{"jobs": [{"job_id": %q, "precheck_mode": "forStartJob"}]}`, id))}))
	until("v3 pre-check", func() bool {
		answer := must(client.BatchCheckResults(&m3.BatchCheckResultsRequest{Body: &m3.BatchQueryPrecheckResultReq{Jobs: []string{id}}}))
		return *(*answer.Results)[0].Process == "100%"
	})
	details := must(client.BatchListJobDetails(&m3.BatchListJobDetailsRequest{Body: &m3.BatchQueryJobReqPage{Jobs: []string{id}}}))
	require(*(*details.Results)[0].SubnetId == "subnet", "v3 detail")
	step("v3 objects, pre-check, detail")
	must(client.BatchStartJobs(&m3.BatchStartJobsRequest{Body: read[m3.BatchStartJobReq](fmt.Sprintf(`{"jobs": [{"job_id": %q, "start_time": ""}]}`, id))}))
	reaches("INCRE_TRANSFER_STARTED")
	must(client.BatchStopJobs(&m3.BatchStopJobsRequest{Body: read[m3.BatchPauseJobReq](fmt.Sprintf(`{"jobs": [{"job_id": %q, "pause_mode": "target"}]}`, id))}))
	reaches("PAUSING")
	must(client.BatchRestoreTask(&m3.BatchRestoreTaskRequest{Body: read[m3.BatchRetryReq](fmt.Sprintf(`{"jobs": [{"job_id": %q}]}`, id))}))
	reaches("INCRE_TRANSFER_STARTED")
	for _, kind := range []string{"terminate", "delete"} {
		body := read[m3.BatchDeleteJobReq](fmt.Sprintf(`{"jobs": [{"job_id": %q, "delete_type": %q}]}`, id, kind))
		must(client.BatchDeleteJobs(&m3.BatchDeleteJobsRequest{Body: body}))
		if kind != "delete" {
			reaches("RELEASE_RESOURCE_COMPLETE")
		}
	}
	step("v3 deleted")
}

func lifeV5(client *v5.DrsClient) {
	end := func(server, role string) string {
		identity := *read[map[string]any](contents("identity.json"))
		return fmt.Sprintf(`{"db_type": "postgresql", "endpoint_type": "offline", "endpoint_role": %q, "endpoint": {"endpoint_name": "postgresql",
			"ip": "127.0.0.1", "db_port": %q, "db_user": "postgres", "db_password": %q, "db_name": "shop"}}`,
			role, contents(server+".port"), identity["databasePassword"])
	}
	made := must(client.CreateJob(&m5.CreateJobRequest{Body: read[m5.SingleCreateJobReq](fmt.Sprintf(`{"job": {
		"base_info": {"name": "go-v5", "job_type": "sync", "engine_type": "postgresql", "job_direction": "non-dbs", "net_type": "eip", "task_type": "FULL_INCR_TRANS", "expired_days": "20"},
		"source_endpoint": [%s], "target_endpoint": [%s], "node_info": {"spec": {"node_type": "micro"}}}}`, end("source", "so"), end("target", "ta")))}))
	id := *made.Id
	step("v5 create")
	detail := func(kind string) *m5.JobDetailResp {
		request := read[m5.ShowJobDetailRequest](fmt.Sprintf(`{"job_id": %q, "type": %q}`, id, kind))
		return must(client.ShowJobDetail(request)).Job
	}
	reaches := func(status string) {
		until("v5 "+status, func() bool { return detail("overview").Status.Value() == status })
		step("v5 " + status)
	}
	reaches("CONFIGURATION")
	require(*detail("detail").BaseInfo.ExpiredDays == "20", "v5 detail")
	tags := read[m5.BatchTagActionRequest](fmt.Sprintf(`{"job_id": %q, "resource_type": "sync"}`, id))
	tags.Body = read[m5.BatchDealResourceTagReq](`{"action": "create", "tags": [{"key": "a", "value": "1"}]}`)
	must(client.BatchTagAction(tags))
	links := must(client.ListSupportLinks(read[m5.ListSupportLinksRequest](`{"job_type": "sync", "limit": 100}`)))
	saved := must(client.CreateConnection(&m5.CreateConnectionRequest{Body: read[m5.CreateConnectionReq](fmt.Sprintf(`{"name": "go", "db_type": "postgresql",
		"endpoint": {"endpoint_name": "postgresql", "ip": "127.0.0.1", "db_port": "5432", "db_user": "u", "db_password": "p"}}`))}))
	must(client.DeleteConnection(&m5.DeleteConnectionRequest{ConnectionId: *saved.ConnectionId}))
	cloned := must(client.CopyJob(&m5.CopyJobRequest{Body: &m5.CloneJobReq{JobId: id, Name: "go-clone"}}))
	step(fmt.Sprintf("v5 detail, tags, %d lists of links, connections, clone", len(*links.Body)))
	for _, one := range []string{*cloned.Id, id} {
		stop := read[m5.StopJobActionRequest](fmt.Sprintf(`{"job_id": %q}`, one))
		stop.Body = read[m5.StopJobActionReq](`{"is_force_stop": true}`)
		must(client.StopJobAction(stop))
		until("v5 ended", func() bool {
			request := read[m5.ShowJobDetailRequest](fmt.Sprintf(`{"job_id": %q, "type": "overview"}`, one))
			return must(client.ShowJobDetail(request)).Job.Status.Value() == "RELEASE_RESOURCE_COMPLETE"
		})
		must(client.DeleteJob(&m5.DeleteJobRequest{JobId: one}))
	}
	step("v5 ended and deleted")
	_, err := client.ShowMetering(&m5.ShowMeteringRequest{JobId: id})
	refusal, isRefusal := err.(*sdkerr.ServiceResponseError)
	require(isRefusal && refusal.ErrorCode == "DRS.M10018", "what is not served: %v", err)
	step("v5 refuses what is not served")
}

func main() {
	backend := read[ready](os.Getenv("DRS_READY"))
	credentials := must(basic.NewCredentialsBuilder().WithAk(backend.AccessKey).WithSk(backend.SecretKey).WithProjectId(backend.ProjectID).SafeBuild())
	build := func(builder *core.HcHttpClientBuilder) *core.HcHttpClient {
		return must(builder.WithEndpoint(backend.Endpoint).WithCredential(credentials).SafeBuild())
	}
	fmt.Println("official Go SDK")
	lifeV3(v3.NewDrsClient(build(v3.DrsClientBuilder())))
	lifeV5(v5.NewDrsClient(build(v5.DrsClientBuilder())))
	fmt.Printf("%d steps passed\n", steps)
}
